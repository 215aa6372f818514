"""The filters of a proxy: an audit, then what is denied, then what is allowed."""

from __future__ import annotations

from typing import Any

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.authorization.filters import filters
from platforms.envoy.authorization.rules import NEVER
from platforms.istio.push_context import PushContext
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.rules import access

ALL = "{rules: [{}]%s}"


def configs(*resources: Resource, proxy: str = "details-v1") -> list[dict[str, Any]]:
    """What each filter of a proxy is told."""
    found = filters(PushContext.of(ResourceSet(resources), BOOKINFO), BOOKINFO.proxy(proxy))
    assert all(one["name"] == "envoy.filters.http.rbac" for one in found)
    return [one["typedConfig"] for one in found]


def test_no_policy() -> None:
    """There is nothing to ask."""
    assert [] == configs()
    assert [] == configs(access("{selector: {matchLabels: {app: reviews}}}"))


def test_the_order() -> None:
    """A request that is denied is never asked whether it is allowed."""
    made = configs(
        access(ALL % "", name="a"),
        access(ALL % ", action: DENY", name="b"),
        access(ALL % ", action: AUDIT", name="c"),
    )

    assert ["LOG", "DENY", "ALLOW"] == [one["rules"]["action"] for one in made]


def test_one_filter_for_all_policies_of_an_action() -> None:
    """Named as istiod names them, with the number of the rule."""
    (made,) = configs(
        access("{rules: [{}, {}]}", name="a"),
        access(ALL % "", name="b", namespace="istio-system"),
        access({}, name="c"),
    )

    assert {
        "ns[bookinfo]-policy[a]-rule[0]",
        "ns[bookinfo]-policy[a]-rule[1]",
        "ns[istio-system]-policy[b]-rule[0]",
        "ns[bookinfo]-policy[c]-rule[0]",
    } == made["rules"]["policies"].keys()
    assert NEVER == made["rules"]["policies"]["ns[bookinfo]-policy[c]-rule[0]"]


def test_a_rule_that_is_left_out() -> None:
    """Its number is not given to the next; an ALLOW of which nothing is left allows nothing."""
    nobody = "{when: [{key: 'request.headersX[a]', values: [x]}]}"
    (some,) = configs(access(f"{{rules: [{nobody}, {{}}]}}"))
    (none,) = configs(access(f"{{rules: [{nobody}]}}"))

    assert ["ns[bookinfo]-policy[x]-rule[1]"] == list(some["rules"]["policies"])
    assert {"action": "ALLOW", "policies": {}} == none["rules"]


def test_what_is_only_tried() -> None:
    """It refuses nobody: the filter has no rules but in the shadow."""
    (alone,) = configs(access(ALL % ", action: DENY", dry_run="true"))
    (both,) = configs(access({}, name="a"), access({}, name="b", dry_run="true"))

    assert {"@type", "shadowRules", "shadowRulesStatPrefix"} == alone.keys()
    assert alone["shadowRulesStatPrefix"] == "istio_dry_run_deny_"
    assert ["ns[bookinfo]-policy[a]-rule[0]"] == list(both["rules"]["policies"])
    assert ["ns[bookinfo]-policy[b]-rule[0]"] == list(both["shadowRules"]["policies"])
    assert both["shadowRulesStatPrefix"] == "istio_dry_run_allow_"


def test_the_baseline() -> None:
    """Of a workload its own arrows; the gateway's door is open."""
    assert [] == configs(*baseline(), proxy="ingressgateway")
    (made,) = configs(*baseline(), proxy="ratings-v1")

    assert {
        "ns[bookinfo]-policy[allow-nothing]-rule[0]",
        "ns[bookinfo]-policy[productpage-to-ratings]-rule[0]",
        "ns[bookinfo]-policy[reviews-to-ratings]-rule[0]",
    } == made["rules"]["policies"].keys()
