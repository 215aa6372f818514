"""The clusters of hosts that ServiceEntries add: where they lead, and whether in plain text."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.translate import routing
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.rules import access, rule
from tests.unit.platforms.istio.service_entries.entries import HOST, entry, static

MARKED = {"filterMetadata": {"envoy.transport_socket_match": {"tlsMode": "istio"}}}
INTERNAL = "location: MESH_INTERNAL"
TAKES = "[{address: 127.0.0.1, labels: {security.istio.io/tlsMode: istio}}]"


def clusters(*rules: Resource, proxy: str = "productpage-v1") -> dict[str, Any]:
    """The clusters of a proxy for hosts of one's own, by name."""
    made = routing(baseline().overlaid(ResourceSet(rules)), BOOKINFO)
    return {one["name"]: one for one in made.proxies[proxy].clusters if "example.com" in one["name"]}


def endpoints(cluster: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of a cluster."""
    return [one for group in cluster["loadAssignment"]["endpoints"] for one in group["lbEndpoints"]]


def for_host(spec: str) -> Resource:
    return rule("DestinationRule", "own", f"{{host: {HOST}, {spec}}}")


def test_endpoints_and_subsets() -> None:
    """Each endpoint on its port with its weight; a subset has those with its labels."""
    given = static("[{address: 127.0.0.1, ports: {http: 5000}, labels: {version: v9}}, {address: '::1', weight: 3}]")
    made = clusters(given, for_host("subsets: [{name: v9, labels: {version: v9}}]"))

    assert [f"outbound|80|v9|{HOST}", f"outbound|80||{HOST}"] == sorted(made)
    first, second = endpoints(made[f"outbound|80||{HOST}"])
    assert {"address": "127.0.0.1", "portValue": 5000} == first["endpoint"]["address"]["socketAddress"]
    assert ("::1", 3) == (second["endpoint"]["address"]["socketAddress"]["address"], second["loadBalancingWeight"])
    assert [first] == endpoints(made[f"outbound|80|v9|{HOST}"])


def test_a_name_for_dns() -> None:
    """`localhost` is this machine, and nobody has to be asked; a subset of nobody has no cluster, as in Istio."""
    given = entry("resolution: DNS, endpoints: [{address: localhost}]")
    made = clusters(given, for_host("subsets: [{name: v9, labels: {version: v9}}]"))

    assert [f"outbound|80||{HOST}"] == list(made)
    assert ["127.0.0.1"] == [
        one["endpoint"]["address"]["socketAddress"]["address"] for one in endpoints(made[f"outbound|80||{HOST}"])
    ]


@pytest.mark.parametrize(
    ("given", "rules", "where", "marked"),
    [
        (static(), (), None, [None]),
        (static(more=INTERNAL), (), "transportSocketMatches", [None]),
        (static(TAKES), (), None, [MARKED]),
        (static(TAKES, INTERNAL), (), "transportSocketMatches", [MARKED]),
        (static(more=INTERNAL), (for_host("trafficPolicy: {tls: {mode: DISABLE}}"),), None, [None]),
        (static(), (for_host("trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"),), "transportSocket", [MARKED]),
        (
            static(TAKES, INTERNAL),
            (access("{mtls: {mode: DISABLE}}", kind="PeerAuthentication", name="default"),),
            None,
            [None],
        ),
        (entry(INTERNAL), (), None, []),
    ],
)
def test_plain_text_or_mutual_tls(
    given: Resource, rules: tuple[Resource, ...], where: str | None, marked: list[Any]
) -> None:
    """Nobody of the mesh is outside it; inside, an endpoint says itself what it takes, unless a rule does."""
    (made,) = clusters(given, *rules).values()

    assert ([where] if where else []) == [
        field for field in ("transportSocketMatches", "transportSocket") if field in made
    ]
    assert marked == [one.get("metadata") for one in (endpoints(made) if marked else ())]


def test_http2() -> None:
    """The protocol of a port says so."""
    (made,) = clusters(static(ports="[{number: 80, name: http, protocol: GRPC}]")).values()
    (options,) = made["typedExtensionProtocolOptions"].values()

    assert {"http2ProtocolOptions": {}} == options["explicitHttpConfig"]


def test_the_callers_choice() -> None:
    """With no resolution a sidecar keeps the address of the call, on the port that the entry says; the gateway has none."""
    given = entry(ports="[{number: 80, name: http, protocol: HTTP, targetPort: 8000}]")
    (at_sidecar,), (at_gateway,) = (clusters(given, proxy=one).values() for one in ("reviews-v1", "ingressgateway"))

    assert ("CLUSTER_PROVIDED", {"upstreamPortOverride": 8000}) == (
        at_sidecar["lbPolicy"],
        at_sidecar["originalDstLbConfig"],
    )
    assert ("LEAST_REQUEST", []) == (at_gateway["lbPolicy"], endpoints(at_gateway))
