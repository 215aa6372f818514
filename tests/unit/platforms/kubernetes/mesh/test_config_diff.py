"""Differences that matter to a request, and those that do not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.envoy.translate import routing
from platforms.istio.resources import ResourceSet
from platforms.kubernetes.mesh import config_diff
from tests.unit.platforms.istio.rules import rule

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


@pytest.mark.parametrize(
    ("endpoints", "addresses"),
    [
        ("[{address: 192.0.2.7}, {address: 192.0.2.8, ports: {http: 8080}}]", {"192.0.2.7:80", "192.0.2.8:8080"}),
        ("[{address: away.example.com}]", None),
        ("[{address: 127.0.0.1}]", None),
    ],
)
def test_the_addresses_of_a_host_that_is_no_service(endpoints: str, addresses: set[str] | None) -> None:
    """As far as the rule says them: what DNS answers, the cluster alone knows."""
    ports = "ports: [{number: 80, name: http, protocol: HTTP}]"
    resolution = "DNS" if "example" in endpoints else "STATIC"
    away = rule(
        "ServiceEntry",
        "away",
        f"{{hosts: [away.example], {ports}, resolution: {resolution}, endpoints: {endpoints}}}",
    )
    config = routing(baseline().overlaid(ResourceSet((away,))), BOOKINFO).proxies[CALLER]

    assert addresses == config_diff.expected_addresses(config).get("outbound|80||away.example")
