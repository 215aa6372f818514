"""The shares that a state asks for, as the routes say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline
from platforms.boundary import State
from platforms.istio.registry import Workload
from stage import rules
from stage.asked import shares, weights_of

CANARY = (ISTIO / "canary.yaml").read_text()
UNKNOWN = {"v1": None, "v2": None, "v3": None}


def typed(text: str) -> State:
    state = rules.check(text).state

    assert state is not None

    return state


def test_the_baseline_asks_for_an_even_split() -> None:
    """It gives no weights; each instance of the Service gets the same."""
    even = State(baseline())

    assert {"v1": 1 / 3, "v2": 1 / 3, "v3": 1 / 3} == shares(even)
    assert weights_of(even) is None


def test_weights_are_asked_in_proportion() -> None:
    """They need not add up to a hundred, and a version that is not named gets nothing."""
    assert {"v1": 0.9, "v2": 0.1, "v3": 0.0} == shares(rules.preset(2))
    assert (90, 10, 0) == weights_of(rules.preset(2))
    assert {"v1": 0.75, "v2": 0.25, "v3": 0.0} == shares(typed(CANARY.replace("weight: 90", "weight: 30")))
    assert (0, 0, 100) == weights_of(rules.fault("abort"))


def test_a_host_in_full_is_the_same_host() -> None:
    """The routes are asked, not the text."""
    assert (90, 10, 0) == weights_of(typed(CANARY.replace("- reviews", "- reviews.bookinfo.svc.cluster.local")))


@pytest.mark.parametrize(
    "text",
    [
        CANARY.replace("- route:", "- match: [{headers: {end-user: {exact: a}}}]\n      route:"),
        CANARY.replace("- route:", "- fault: {abort: {httpStatus: 500, percentage: {value: 50}}}\n      route:"),
        CANARY.replace("host: reviews", "host: ratings").replace("subset: v2", "subset: v1"),
        CANARY.partition("  http:")[0] + "  http: [{redirect: {uri: /}}]",
    ],
    ids=["match", "fault", "another service", "redirect"],
)
def test_what_depends_on_the_request_is_not_asked(text: str) -> None:
    """Nothing is shown rather than a guess."""
    assert UNKNOWN == shares(typed(text))
    assert weights_of(typed(text)) is None


def test_a_version_has_the_share_of_all_its_instances() -> None:
    """Of the even split that no rule makes; weights stay what they are, and a version of one's own is not shown."""
    workloads = {
        **dict.fromkeys(BOOKINFO.workloads, 1),
        BOOKINFO.workload("reviews-v1"): 2,
        Workload("reviews", "v4"): 1,
    }

    assert {"v1": 0.4, "v2": 0.2, "v3": 0.2} == shares(State(baseline()), workloads)
    assert {"v1": 0.9, "v2": 0.1, "v3": 0.0} == shares(rules.preset(2), workloads)


def test_a_stopped_version_gets_nothing_of_an_even_split() -> None:
    """And where nothing else is left, nobody can say what the answer is."""
    assert {"v1": 0.0, "v2": 0.5, "v3": 0.5} == shares(State(baseline(), frozenset({"reviews-v1"})))
    assert UNKNOWN == shares(replace(rules.preset(2), stopped=frozenset({"reviews-v2"})))
