"""Istio resources as the configuration of every Envoy, purely, as istiod would make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from platforms.envoy import listeners, reconnection, tls, unsupported
from platforms.envoy.cluster import clusters
from platforms.envoy.route import virtual_hosts
from platforms.envoy.topology import Topology
from platforms.istio import security
from platforms.istio.push_context import PushContext
from platforms.istio.registry import Proxy, Registry
from platforms.istio.resources import ResourceSet
from platforms.istio.validation import validate

GATEWAY_ROUTES = "http.8080"
"""The gateway's only port: in a cluster its Service offers it as 80."""


@dataclass(frozen=True, slots=True)
class ProxyConfig:
    """All that one Envoy is to serve, as protobuf JSON."""

    listeners: tuple[dict[str, Any], ...]
    clusters: tuple[dict[str, Any], ...]
    """Those of type EDS stand without their endpoints, which `endpoints` tells."""
    routes: Mapping[str, dict[str, Any]]
    """Route configurations by name: `9080` of a sidecar, `http.8080` of the gateway."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The configuration of all proxies."""

    proxies: Mapping[str, ProxyConfig]
    """By proxy name: one for each instance, and the gateway's; without listeners, one for each workload."""
    selected: Mapping[str, Mapping[str, bool]]
    """The workloads that each cluster's labels select, by the cluster's name, ready or not, each with whether it is called by mutual TLS."""
    doors: Mapping[str, str] = field(default_factory=dict)
    """A hash of what listens before each instance, by its name; empty without listeners."""


def translate(resources: ResourceSet, registry: Registry, topology: Topology) -> Snapshot:
    """The configuration of every proxy of a mesh whose listeners stand where `topology` says.

    Raises Rejected for what the API server or Istio's webhook refuses, Untranslated for what is valid but not translated.
    """
    push = _understood(security.without_the_baselines(resources), registry)
    snapshot = _routing(push)
    proxies = {
        name: _listening(name, registry.proxy(topology.workload(name)), snapshot, push, topology)
        for name in topology.proxies
    }
    doors = {name: reconnection.door(proxies[name].listeners) for name in topology.ports}
    return replace(snapshot, proxies=proxies, doors=doors)


def routing(resources: ResourceSet, registry: Registry) -> Snapshot:
    """The routes and outbound clusters of every proxy, without listeners.

    Raises as `translate` does.
    """
    return _routing(_understood(security.without_any(resources), registry))


def endpoints(snapshot: Snapshot, topology: Topology, ready: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """The ClusterLoadAssignment of each cluster, by its name: its workloads' instances that are `ready`."""
    return {
        name: _assignment(
            name,
            [
                reconnection.marked(
                    _endpoint(topology.ports[one].inbound, takes_mutual=workloads[topology.workload(one)]),
                    snapshot.doors[one],
                )
                for one in topology.instances(workloads)
                if one in ready
            ],
        )
        for name, workloads in snapshot.selected.items()
    }


def _understood(resources: ResourceSet, registry: Registry) -> PushContext:
    valid = validate.validated(resources)
    unsupported.refuse(valid, registry.gateway)
    return PushContext.of(valid, registry)


def _routing(push: PushContext) -> Snapshot:
    registry = push.registry
    outbound = {namespace: tuple(clusters.outbound(push, namespace)) for namespace in registry.namespaces}
    return Snapshot(
        proxies={
            proxy.name: ProxyConfig((), outbound[proxy.namespace], _routes(proxy, push)) for proxy in registry.proxies
        },
        selected=clusters.destinations(push),
    )


def _routes(proxy: Proxy, push: PushContext) -> dict[str, dict[str, Any]]:
    if not proxy.is_gateway:
        return {str(push.registry.port): virtual_hosts.of_sidecar(push, proxy)}
    if not push.servers:  # no Gateway, no door
        return {}
    return {GATEWAY_ROUTES: virtual_hosts.of_gateway(push, proxy, GATEWAY_ROUTES)}


def _listening(name: str, proxy: Proxy, routed: Snapshot, push: PushContext, topology: Topology) -> ProxyConfig:
    """The configuration of one proxy with its listeners, and behind a sidecar's inbound one the app itself."""
    config, registry = routed.proxies[proxy.name], push.registry
    if proxy.is_gateway:
        return replace(config, listeners=tuple(listeners.gateway(topology, name, routes) for routes in config.routes))
    to_app = clusters.inbound(push, registry.host(registry.workload(proxy.name).app), topology.ports[name].app)
    mode = push.peers.of_workload(proxy.namespace, proxy.labels, registry.port)
    ways = (listeners.outbound(topology, name, registry.port), listeners.inbound(topology, name, registry.port, mode))
    return replace(config, listeners=ways, clusters=(*config.clusters, to_app))


def _endpoint(port: int, *, takes_mutual: bool) -> dict[str, Any]:
    endpoint = clusters.endpoint(port)
    return tls.takes_mutual(endpoint) if takes_mutual else endpoint


def _assignment(name: str, behind: list[dict[str, Any]]) -> dict[str, Any]:
    return {"clusterName": name, "endpoints": [{"lbEndpoints": behind}] if behind else []}
