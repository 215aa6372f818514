"""The endpoints of the hosts that ServiceEntries add, which stand in their clusters: they change only by a new rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms import loopback
from platforms.envoy import tls
from platforms.envoy.cluster import mutual_tls
from platforms.istio.access.peer_authentication import MutualTls
from platforms.istio.push_context import DestinationRule, PushContext
from platforms.istio.registry import Proxy
from platforms.istio.service_entries.callees import Destination, EntryEndpoint, Resolution

_CALLERS_CHOICE: Mapping[str, Any] = {"lbPolicy": "CLUSTER_PROVIDED"}


def is_left_out(destination: Destination) -> bool:
    """Tell whether there is no cluster at all, since there is nobody to ask DNS for."""
    return destination.callee.asks_dns and not destination.endpoints


def of(push: PushContext, destination: Destination, rule: DestinationRule | None, proxy: Proxy) -> dict[str, Any]:
    """Whatever a cluster has instead of a Service's endpoints; nothing for those of a Service."""
    callee, port = destination.callee, destination.port
    if callee.endpoints is None:
        return {}
    if callee.resolution == Resolution.DYNAMIC_DNS or (callee.resolution == Resolution.NONE and not proxy.is_gateway):
        override = port.target if callee.resolution == Resolution.NONE else 0
        return {**_CALLERS_CHOICE, **({"originalDstLbConfig": {"upstreamPortOverride": override}} if override else {})}
    asked = mutual_tls.asked_of_endpoints(rule, destination.subset, port.number)
    behind = [
        _endpoint(one, one.port(port), takes_mutual=_takes_mutual(push, destination, one) if asked is None else asked)
        for one in destination.endpoints
    ]
    return {
        "type": "STATIC",
        "loadAssignment": {
            "clusterName": destination.cluster,
            "endpoints": [{"lbEndpoints": behind}] if behind else [],
        },
    }


def _endpoint(one: EntryEndpoint, port: int, *, takes_mutual: bool) -> dict[str, Any]:
    address = {"address": loopback.address(one.address) or one.address, "portValue": port}
    endpoint: dict[str, Any] = {"endpoint": {"address": {"socketAddress": address}}}
    if one.weight > 1:
        endpoint["loadBalancingWeight"] = one.weight
    return tls.takes_mutual(endpoint) if takes_mutual else endpoint


def _takes_mutual(push: PushContext, destination: Destination, one: EntryEndpoint) -> bool:
    """Tell whether an endpoint says so of itself, and no PeerAuthentication says otherwise."""
    mode = push.peers.of_workload(destination.callee.namespace, one.labels, one.port(destination.port))
    return one.takes_mutual and mode != MutualTls.DISABLE
