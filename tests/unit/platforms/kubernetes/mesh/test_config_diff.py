"""Differences that matter to a request, and those that do not."""

from __future__ import annotations

import copy
from typing import Any

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.envoy.translate import routing
from platforms.kubernetes.mesh import config_diff

CALLER = "productpage-v1"
BASELINE = config_diff.expected_config(routing(baseline(), BOOKINFO).proxies[CALLER])
CANARY = config_diff.expected_config(
    routing(baseline().overlaid(load(ISTIO / "canary.yaml")), BOOKINFO).proxies[CALLER]
)
REVIEWS = "9080 reviews.bookinfo.svc.cluster.local:9080"


def served(want: dict[str, Any]) -> dict[str, Any]:
    """The answer of an Envoy that serves it, to be spoiled."""
    return copy.deepcopy(want)


def route(said: dict[str, Any]) -> dict[str, Any]:
    """The last route of reviews."""
    found: dict[str, Any] = said["routes"][REVIEWS]["routes"][-1]
    return found


def test_the_same_is_the_same() -> None:
    """Nothing differs."""
    assert [] == list(config_diff.stale_resources(CANARY, served(CANARY)))


def test_a_rule_that_has_not_arrived_is_seen() -> None:
    """The virtual host that differs is named."""
    assert [REVIEWS] == list(config_diff.stale_resources(CANARY, served(BASELINE)))


def test_other_weights_are_seen() -> None:
    """One point is enough."""
    said = served(CANARY)
    route(said)["route"]["weightedClusters"]["clusters"][0]["weight"] += 1

    assert [REVIEWS] == list(config_diff.stale_resources(CANARY, said))


def test_a_route_too_many_is_seen() -> None:
    """It could take requests away."""
    said = served(CANARY)
    said["routes"][REVIEWS]["routes"].append(copy.deepcopy(route(said)))

    assert [REVIEWS] == list(config_diff.stale_resources(CANARY, said))


def test_a_missing_cluster_is_seen() -> None:
    """Requests to it would come to nothing."""
    said = served(CANARY)
    gone = next(iter(said["clusters"]))
    del said["clusters"][gone]

    assert [gone] == list(config_diff.stale_resources(CANARY, said))


def test_outlier_detection_that_nobody_asked_for_is_seen() -> None:
    """It could take an instance out of the split."""
    said = served(CANARY)
    name = next(iter(said["clusters"]))
    said["clusters"][name]["outlierDetection"] = {}

    assert [name] == list(config_diff.stale_resources(CANARY, said))


def test_what_no_rule_of_ours_speaks_of_is_left_alone() -> None:
    """Routes and clusters of others, certificates, the names of routes."""
    said = served(CANARY)
    said["routes"]["80 somebody.else"] = {"routes": []}
    said["clusters"]["outbound|80||somebody.else"] = {}
    next(iter(said["clusters"].values()))["transportSocketMatches"] = [{"name": "tlsMode-istio"}]
    route(said)["name"] = "default"

    assert [] == list(config_diff.stale_resources(CANARY, said))
