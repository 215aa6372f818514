"""A cluster for each Service and each subset, and who stands behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.topology import Ports
from platforms.envoy.translate import endpoints, translate
from platforms.istio.resources import ResourceSet
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import cluster, policy, rule, served


def made(traffic_policy: str, subset: str = "") -> dict[str, Any]:
    """The cluster of reviews, or of a subset, for a traffic policy in YAML."""
    found: dict[str, Any] = served("productpage-v1", policy(traffic_policy, "subsets: [{name: own}],"))["clusters"][
        cluster(subset)
    ]
    return found


@pytest.mark.parametrize(
    ("traffic_policy", "field", "expected"),
    [
        ("{loadBalancer: {simple: RANDOM}}", "connectTimeout", "10s"),
        ("{connectionPool: {tcp: {connectTimeout: 1s}}}", "connectTimeout", "1s"),
        ("{loadBalancer: {simple: RANDOM}}", "commonLbConfig", {"healthyPanicThreshold": {}}),
        ("{outlierDetection: {minHealthPercent: 30}}", "commonLbConfig", {"healthyPanicThreshold": {"value": 30}}),
        ("{outlierDetection: {}}", "outlierDetection", {"enforcingSuccessRate": 0}),
        (
            "{connectionPool: {tcp: {tcpKeepalive: {time: 7s}}}}",
            "upstreamConnectionOptions",
            {"tcpKeepalive": {"keepaliveTime": 7}},
        ),
        ("{loadBalancer: {simple: RANDOM}}", "lbPolicy", "RANDOM"),
    ],
)
def test_field(traffic_policy: str, field: str, expected: object) -> None:
    """Where a part of the policy goes, for the Service and for a subset that says nothing of its own."""
    assert expected == made(traffic_policy)[field] == made(traffic_policy, "own")[field]


def test_what_is_said_for_the_port_replaces_the_rest() -> None:
    """It does not add to it."""
    port = "portLevelSettings: [{port: {number: 9080}, loadBalancer: {simple: RANDOM}}]"
    both = made("{connectionPool: {tcp: {connectTimeout: 1s}}, " + port + "}")

    assert ("RANDOM", "10s") == (both["lbPolicy"], both["connectTimeout"])


def test_a_subset_says_more() -> None:
    """Its policy stands in for the same part of the rule's, and leaves the others."""
    ruled = rule(
        "DestinationRule",
        "x",
        "{host: reviews, trafficPolicy: {loadBalancer: {simple: RANDOM}, connectionPool: {tcp: {connectTimeout: 1s}}},"
        " subsets: [{name: own, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 2s}}}}]}",
    )
    own = served("productpage-v1", ruled)["clusters"][cluster("own")]

    assert ("RANDOM", "2s") == (own["lbPolicy"], own["connectTimeout"])


def test_the_pool_of_a_destination_rule_limits_the_receiving_side_too() -> None:
    """The proxy of the called workload gets the same limits."""
    limited = rule(
        "DestinationRule", "ratings", "{host: ratings, trafficPolicy: {connectionPool: {tcp: {maxConnections: 7}}}}"
    )

    config = translate(ResourceSet((limited,)), BOOKINFO, topology()).proxies["ratings-v1"]
    inbound = next(cluster for cluster in config.clusters if cluster["name"] == "inbound|9080||")

    assert inbound["circuitBreakers"]["thresholds"][0]["maxConnections"] == 7


def test_every_ready_instance_is_an_endpoint() -> None:
    """Of a workload with several instances those that are ready stand in its clusters, and each has a proxy that routes alike."""
    more = replace(
        topology(),
        ports={**topology().ports, "reviews-v1-2": Ports(1, 2, 3), "reviews-v1-3": Ports(4, 5, 6)},
        replicas={"reviews-v1-2": "reviews-v1", "reviews-v1-3": "reviews-v1"},
    )
    snapshot = translate(baseline(), BOOKINFO, more)
    first, second = snapshot.proxies["reviews-v1"], snapshot.proxies["reviews-v1-2"]
    listening = [one["address"]["socketAddress"]["portValue"] for one in second.listeners]
    assigned = endpoints(snapshot, more, ("reviews-v1", "reviews-v1-3", "reviews-v2"))[BOOKINFO.namespace]

    assert [more.ports["reviews-v1"].inbound, 5] == _ports_in(assigned[cluster("v1")])
    assert [more.ports[name].inbound for name in ("reviews-v1", "reviews-v2", "reviews-v1-3")] == _ports_in(
        assigned[cluster("")]
    )
    assert ({2, 3}, first.routes) == (set(listening), second.routes)
    assert [1] == _ports_in(second.clusters[-1]["loadAssignment"])


def _ports(name: str, *ready: str) -> list[int]:
    return _ports_in(
        endpoints(translate(baseline(), BOOKINFO, topology()), topology(), ready)[BOOKINFO.namespace][name]
    )


def _ports_in(assignment: dict[str, Any]) -> list[int]:
    return [
        one["endpoint"]["address"]["socketAddress"]["portValue"]
        for locality in assignment["endpoints"]
        for one in locality["lbEndpoints"]
    ]


def test_only_those_who_are_ready_stand_behind_acluster() -> None:
    """A cluster's endpoints are the ready workloads that its subset selects."""
    inbound = {name: ports.inbound for name, ports in topology().ports.items()}
    everyone = [workload.name for workload in BOOKINFO.workloads]

    assert [inbound["reviews-v2"]] == _ports(cluster("v2"), *everyone)
    assert [inbound["reviews-v1"], inbound["reviews-v3"]] == _ports(
        cluster(""), "reviews-v1", "reviews-v3", "ratings-v1"
    )
    assert [] == _ports(cluster("v2"), "reviews-v1")


def test_a_rule_of_one_namespace_selects_for_its_proxies_alone() -> None:
    """The gateway sees a private rule beside it: its subset of the same name has other instances there."""
    private = "{host: reviews.bookinfo.svc.cluster.local, exportTo: [.], subsets: [{name: v1, labels: {version: v3}}]}"
    rules = baseline().overlaid(ResourceSet((rule("DestinationRule", "private", private, namespace="istio-system"),)))
    assigned = endpoints(translate(rules, BOOKINFO, topology()), topology(), topology().ports)

    assert [topology().ports["reviews-v3"].inbound] == _ports_in(assigned["istio-system"][cluster("v1")])
    assert [topology().ports["reviews-v1"].inbound] == _ports_in(assigned[BOOKINFO.namespace][cluster("v1")])
    assert cluster("v2") not in assigned["istio-system"]
