"""Mutual TLS to a Service: as its DestinationRule says, else as its workloads take it."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.envoy import tls
from platforms.envoy.translate import Snapshot, endpoints, translate
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.recordings import TOPOLOGY

V1 = "outbound|9080|v1|ratings.bookinfo.svc.cluster.local"
WHOLE = "outbound|9080||ratings.bookinfo.svc.cluster.local"
SUBSETS = [{"name": "v1", "labels": {"version": "v1"}}]
PORT = {"port": {"number": 9080}, "loadBalancer": {"simple": "RANDOM"}}
AUTOMATIC, ALWAYS, PLAIN = "where the endpoint takes it", "always", None


def rule(policy: dict[str, Any] | None, subsets: list[dict[str, Any]] = SUBSETS) -> Resource:
    spec = {"host": "ratings", "subsets": subsets, **({} if policy is None else {"trafficPolicy": policy})}
    return Resource("networking.istio.io/v1", "DestinationRule", "ratings", spec, "bookinfo")


def peers(mode: str, **spec: Any) -> Resource:
    document = {"mtls": {"mode": mode}, **spec}
    return Resource("security.istio.io/v1", "PeerAuthentication", "default", document, "bookinfo")


def snapshot(*resources: Resource) -> Snapshot:
    return translate(ResourceSet(resources), BOOKINFO, TOPOLOGY)


def asked(found: Snapshot, cluster: str) -> dict[str, Any]:
    return next(tls.asked_by(one) for one in found.proxies["reviews-v2"].clusters if one["name"] == cluster)


def marked(found: Snapshot, cluster: str) -> list[bool]:
    (behind,) = endpoints(found, TOPOLOGY, ["ratings-v1"])[BOOKINFO.namespace][cluster]["endpoints"]
    return ["envoy.transport_socket_match" in one["metadata"]["filterMetadata"] for one in behind["lbEndpoints"]]


@pytest.mark.parametrize(
    ("resources", "mode", "takes"),
    [
        ((), AUTOMATIC, True),
        ((peers("STRICT"),), AUTOMATIC, True),
        ((peers("DISABLE"),), PLAIN, False),
        ((peers("DISABLE", selector={"matchLabels": {"app": "ratings"}}),), AUTOMATIC, False),
        ((rule({"tls": {"mode": "DISABLE"}}),), PLAIN, False),
        ((rule({"tls": {}}),), PLAIN, False),
        ((rule({"tls": {"mode": "ISTIO_MUTUAL"}}),), ALWAYS, True),
        ((peers("DISABLE"), rule({"tls": {"mode": "ISTIO_MUTUAL"}})), ALWAYS, True),
        (  # what is said for a port replaces the rest of the policy, and yet the endpoints heed it
            (rule({"tls": {"mode": "DISABLE"}, "portLevelSettings": [PORT]}),),
            AUTOMATIC,
            False,
        ),
    ],
)
def test_the_way_to_a_service(resources: tuple[Resource, ...], mode: str | None, *, takes: bool) -> None:
    found = snapshot(*resources)

    assert mode == asked(found, WHOLE).get("mode")
    assert [takes] == marked(found, WHOLE)


def test_a_subset_may_say_otherwise() -> None:
    subsets = [{**SUBSETS[0], "trafficPolicy": {"tls": {"mode": "DISABLE"}}}]

    found = snapshot(rule({"tls": {"mode": "ISTIO_MUTUAL"}}, subsets))

    assert (ALWAYS, None) == (asked(found, WHOLE).get("mode"), asked(found, V1).get("mode"))
    assert ([True], [False]) == (marked(found, WHOLE), marked(found, V1))


def test_whom_it_expects() -> None:
    """By default the service accounts of the workloads, and the cluster's own name; a rule may say others."""
    named = snapshot(rule({"tls": {"mode": "ISTIO_MUTUAL", "sni": "it", "subjectAltNames": ["spiffe://other"]}}))

    usual = asked(snapshot(rule(None)), V1)

    assert ["spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings"] == usual["identities"]
    assert "outbound_.9080_.v1_.ratings.bookinfo.svc.cluster.local" == usual["sni"]
    assert ("it", ["spiffe://other"]) == (asked(named, V1)["sni"], asked(named, V1)["identities"])


def test_http2_is_offered_where_it_is_spoken() -> None:
    upgraded = rule({"connectionPool": {"http": {"h2UpgradePolicy": "UPGRADE"}}})

    assert "h2" in asked(snapshot(upgraded), WHOLE)["protocols"]
    assert "h2" not in asked(snapshot(), WHOLE)["protocols"]
