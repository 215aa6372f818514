"""Mutual TLS to a destination: as its DestinationRule says, or else to whoever takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.envoy import tls
from platforms.envoy.cluster.connection_pool import HTTP_OPTIONS
from platforms.istio.access.peer_authentication import MutualTls
from platforms.istio.push_context import DestinationRule, PushContext
from platforms.istio.service_entries.callees import Destination, Resolution

_DISABLE, _MUTUAL = "DISABLE", "ISTIO_MUTUAL"
_UNKNOWN = frozenset({Resolution.NONE})
"""Where nobody knows who is called, nor whether mutual TLS is spoken there."""


def of_cluster(
    push: PushContext, destination: Destination, asked: Mapping[str, Any] | None, cluster: Mapping[str, Any]
) -> dict[str, Any]:
    """The transport sockets of a cluster whose traffic policy asks for this `tls`; empty for plain text."""
    callee = destination.callee
    if asked is not None and _said_mode(asked) == _DISABLE:
        return {}
    if asked is None and (callee.is_external or callee.resolution in _UNKNOWN):
        return {}
    if asked is None and push.peers.of_namespace(callee.namespace) == MutualTls.DISABLE:
        return {}
    said = asked or {}
    protocol = cluster.get("typedExtensionProtocolOptions", {}).get(HTTP_OPTIONS, {}).get("explicitHttpConfig", {})
    socket = tls.upstream(
        sni=said.get("sni") or destination.sni,
        identities=said.get("subjectAltNames") or callee.identities,
        is_http2="http2ProtocolOptions" in protocol,
    )
    if asked is None:
        return {"transportSocketMatches": tls.where_endpoints_have_it(socket)}
    return {"transportSocket": socket}


def asked_of_endpoints(rule: DestinationRule | None, subset: str, port: int) -> bool | None:
    """Tell whether a DestinationRule has the endpoints of a cluster take mutual TLS or not; None where it leaves it to them.

    istiod reads a rule otherwise here than for the cluster itself: what the rule says for one port adds to the rest.
    """
    if rule is None:
        return None
    policies = (rule.subset(subset) or {}).get("trafficPolicy") if subset else None, rule.traffic_policy
    mode = next((found for policy in policies if (found := _mode(policy or {}, port))), None)
    return None if mode is None else mode == _MUTUAL


def _mode(policy: Mapping[str, Any], port: int) -> str | None:
    for setting in policy.get("portLevelSettings") or ():
        if setting.get("port", {}).get("number") == port and setting.get("tls") is not None:
            return _said_mode(setting["tls"])
    asked = policy.get("tls")
    return None if asked is None else _said_mode(asked)


def _said_mode(asked: Mapping[str, Any]) -> str:
    """The mode of a `tls`; one that says none is for plain text."""
    return str(asked.get("mode", _DISABLE))
