"""The choice among endpoints, and what is hashed for it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.cluster.load_balancing import for_cluster, hash_policy
from platforms.envoy.translate import translate
from platforms.istio.overlay import lay_over
from platforms.istio.resources import ResourceSet
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import REVIEWS, cluster, reviews, rule, served

SLOW_START = {
    "slowStartWindow": "9s",
    "aggression": {"defaultValue": 1, "runtimeKey": "("},
    "minWeightPercent": {"value": 10},
}


@pytest.mark.parametrize(
    ("balancer", "expected"),
    [
        ("{}", {"lbPolicy": "LEAST_REQUEST"}),
        ("{simple: LEAST_REQUEST}", {"lbPolicy": "LEAST_REQUEST"}),
        ("{simple: RANDOM}", {"lbPolicy": "RANDOM"}),
        ("{simple: ROUND_ROBIN}", {}),
        ("{warmup: {duration: 9s}}", {"lbPolicy": "LEAST_REQUEST", "leastRequestLbConfig": {"slowStartConfig": SLOW_START}}),
        ("{simple: ROUND_ROBIN, warmup: {duration: 9s}}", {"roundRobinLbConfig": {"slowStartConfig": SLOW_START}}),
        (
            "{warmupDurationSecs: 9s}",
            {"lbPolicy": "LEAST_REQUEST", "leastRequestLbConfig": {"slowStartConfig": {"slowStartWindow": "9s"}}},
        ),
        ("{consistentHash: {}}", {"lbPolicy": "RING_HASH", "ringHashLbConfig": {"minimumRingSize": "1024"}}),
        ("{consistentHash: {minimumRingSize: 5}}", {"lbPolicy": "RING_HASH", "ringHashLbConfig": {"minimumRingSize": "5"}}),
        (
            "{consistentHash: {ringHash: {minimumRingSize: 7}}}",
            {"lbPolicy": "RING_HASH", "ringHashLbConfig": {"minimumRingSize": "7"}},
        ),
        ("{consistentHash: {maglev: {}}}", {"lbPolicy": "MAGLEV"}),
        ("{consistentHash: {maglev: {tableSize: 11}}}", {"lbPolicy": "MAGLEV", "maglevLbConfig": {"tableSize": "11"}}),
    ],
)  # fmt: skip
def test_balancer(balancer: str, expected: dict[str, Any]) -> None:
    """Each kind in Envoy's words; round robin is what it does unasked."""
    assert expected == for_cluster(yaml.safe_load(balancer))


@pytest.mark.parametrize(
    ("consistent", "expected"),
    [
        ("{httpHeaderName: x}", {"header": {"headerName": "x"}}),
        ("{httpQueryParameterName: q}", {"queryParameter": {"name": "q"}}),
        ("{useSourceIp: true}", {"connectionProperties": {"sourceIp": True}}),
        ("{useSourceIp: false}", {"connectionProperties": {}}),
        ("{httpCookie: {name: c}}", {"cookie": {"name": "c"}}),
        (
            "{httpCookie: {name: c, path: /, ttl: 1h, attributes: [{name: Secure}, {name: a, value: b}]}}",
            {
                "cookie": {
                    "name": "c",
                    "path": "/",
                    "ttl": "3600s",
                    "attributes": [{"name": "Secure"}, {"name": "a", "value": "b"}],
                }
            },
        ),
        ("{minimumRingSize: 5}", {}),
    ],
)
def test_what_is_hashed(consistent: str, expected: dict[str, Any]) -> None:
    """A header, a parameter, an address, a cookie, or nothing."""
    assert expected == hash_policy(yaml.safe_load(consistent))


def test_no_hash() -> None:
    """There is no policy without one."""
    assert {} == hash_policy(None)


def test_what_is_hashed_is_said_closest_to_the_destination() -> None:
    """The port of a subset goes before the subset, that before the port of the rule, that before the rule."""
    balancer = "loadBalancer: {consistentHash: {httpHeaderName: %s, minimumRingSize: 5}}"
    rule_policy = balancer % "rule" + ", portLevelSettings: [{port: {number: 9080}, " + balancer % "rule-port" + "}]"
    subset_policy = (
        balancer % "subset" + ", portLevelSettings: [{port: {number: 9080}, " + balancer % "subset-port" + "}]"
    )
    hashed = rule(
        "DestinationRule",
        "reviews",
        f"{{host: reviews, trafficPolicy: {{{rule_policy}}}, subsets: [{{name: v1, trafficPolicy: {{{subset_policy}}}}}]}}",
    )
    with_port = "[{route: [{destination: {host: reviews, TO port: {number: 9080}}}]}]"
    without = "[{timeout: 1s, route: [{destination: {host: reviews TO}}]}]"

    def hashed_by(http: str) -> str:
        route = served("productpage-v1", hashed, reviews(http))["routes"][REVIEWS]["routes"][0]["route"]
        return str(route["hashPolicy"][0]["header"]["headerName"])

    assert ["subset-port", "subset", "rule-port", "rule"] == [
        hashed_by(with_port.replace("TO", "subset: v1,")),
        hashed_by(without.replace("TO", ", subset: v1")),
        hashed_by(with_port.replace("TO", "")),
        hashed_by(without.replace("TO", "")),
    ]
    balanced = served("productpage-v1", hashed)["clusters"][cluster("")]
    assert {"minimumRingSize": "5"} == balanced["ringHashLbConfig"]


def test_a_hash_without_settings_leaves_the_warm_up() -> None:
    """The cluster keeps the settings of the balancer that it would have had, as istiod leaves them."""
    warm = "{host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x, HASH}, warmup: {duration: 9s}}}}"

    def made(hashed: str) -> dict[str, object]:
        rule_ = rule("DestinationRule", "reviews", warm.replace("HASH", hashed))
        config = translate(
            lay_over(baseline(), ResourceSet((rule_,)), BOOKINFO).resources, BOOKINFO, topology()
        ).proxies["productpage-v1"]
        return next(one for one in config.clusters if one["name"] == cluster(""))

    assert "leastRequestLbConfig" in made("ringHash: {}")
    assert "leastRequestLbConfig" not in made("ringHash: {minimumRingSize: 7}")
    assert "leastRequestLbConfig" not in made("")


def test_a_hash_that_names_nothing() -> None:
    """Nothing is hashed; yet a retry towards a destination of such a rule does not look for another host."""
    balanced = rule("DestinationRule", "h", "{host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {}}}}")
    to_all = reviews("[{route: [{destination: {host: reviews}}]}]")
    (route,) = served("productpage-v1", balanced, to_all)["routes"][REVIEWS]["routes"]

    assert "hashPolicy" not in route["route"]
    assert "retryHostPredicate" not in route["route"]["retryPolicy"]
