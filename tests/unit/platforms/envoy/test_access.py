"""What a proxy takes of its callers, read alike from our listeners and from istiod's."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy import access
from platforms.envoy.access import Access
from platforms.envoy.translate import translate
from platforms.istio.access.peer_authentication import MutualTls
from platforms.istio.resources import Resource, ResourceSet
from tests.golden.validation import topology

PORTS = {"operation": {"ports": ["9080"]}}, {"operation": {"ports": ["15020"]}}


def policy(**spec: Any) -> Resource:
    return Resource("security.istio.io/v1", "AuthorizationPolicy", "own", spec, "bookinfo")


def chain(transport: str, port: int, *filters: dict[str, Any]) -> dict[str, Any]:
    return {
        "filterChainMatch": {"destinationPort": port, "transportProtocol": transport},
        "filters": [
            {
                "name": "envoy.filters.network.http_connection_manager",
                "typedConfig": {"httpFilters": [*filters, {"name": "envoy.filters.http.router"}]},
            }
        ],
    }


@pytest.mark.parametrize("mode", list(MutualTls))
def test_our_listeners_say_what_is_asked_of_them(mode: MutualTls) -> None:
    peers = Resource(
        "security.istio.io/v1", "PeerAuthentication", "default", {"mtls": {"mode": mode.value}}, "bookinfo"
    )

    snapshot = translate(baseline().overlaid(ResourceSet((peers,))), BOOKINFO, topology())

    for config in snapshot.proxies.values():
        assert config.access.shown() == access.served(config.listeners, BOOKINFO)


def test_istiods_listener_is_read_at_the_port_of_the_service() -> None:
    """One listener of istiod's is for every port of a pod."""
    rbac = {"name": "envoy.filters.http.rbac", "typedConfig": {"rules": {}, "shadowRulesStatPrefix": "x"}}
    inbound = {"name": "virtualInbound", "filterChains": [chain("tls", 9080, rbac), chain("raw_buffer", 15006)]}

    served = access.served([inbound], BOOKINFO)

    plain = {"name": rbac["name"], "typedConfig": {"rules": {"action": "ALLOW", "policies": {}}}}
    assert {"tls": [plain]} == served == Access(MutualTls.STRICT, (rbac,)).shown()


def test_a_port_of_a_policy_is_where_the_sidecar_listens() -> None:
    """In a pod everybody calls 9080; here each sidecar has a port of its own, and nothing is at any other."""
    mesh = topology()

    snapshot = translate(ResourceSet((policy(rules=[{"to": [one]} for one in PORTS]),)), BOOKINFO, mesh)

    found = str(snapshot.proxies["reviews-v2"].listeners)
    assert f"'destinationPort': {mesh.ports['reviews-v2'].inbound}" in found
    assert "'destinationPort': 9080" not in found
    assert "'destinationPort': 15020" in found
