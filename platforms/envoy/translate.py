"""Istio resources as the configuration of every Envoy, purely, as istiod would make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from platforms.envoy import entry_limits, listeners, reconnection, tls, unsupported
from platforms.envoy.access import Access
from platforms.envoy.cluster import clusters
from platforms.envoy.reconnection import Assignments
from platforms.envoy.route import virtual_hosts
from platforms.envoy.route.virtual_hosts import GATEWAY_ROUTES
from platforms.envoy.topology import Topology
from platforms.istio.push_context import PushContext
from platforms.istio.registry import Proxy, Registry
from platforms.istio.resources import ResourceSet
from platforms.istio.servers import Termination
from platforms.istio.validation import validate


@dataclass(frozen=True, slots=True)
class ProxyConfig:
    """All that one Envoy is to serve, as protobuf JSON."""

    listeners: tuple[dict[str, Any], ...]
    clusters: tuple[dict[str, Any], ...]
    """Those of type EDS stand without their endpoints, which `endpoints` tells."""
    routes: Mapping[str, dict[str, Any]]
    """Route configurations by name: `9080` and the other ports of a sidecar, `http.8080` and those for HTTPS of the gateway."""
    access: Access
    """What it takes of those that call it; the listeners have it in them."""
    namespace: str
    """Where it is, which decides whose rules it sees."""
    outward: str = ""
    """The name by which a sidecar's listener asks for its routes on all ports at once."""

    @property
    def asked_for(self) -> Mapping[str, dict[str, Any]]:
        """The route configurations by the names by which the listeners ask for them."""
        return {self.outward: virtual_hosts.together(self.routes, self.outward)} if self.outward else self.routes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The configuration of all proxies."""

    proxies: Mapping[str, ProxyConfig]
    """By proxy name: one for each instance, and the gateway's; without listeners, one for each workload."""
    selected: Mapping[str, Mapping[str, Mapping[str, bool]]]
    """The workloads that each cluster's labels select for the proxies of a namespace, by the namespace and the cluster's name,
    ready or not, each with whether it is called by mutual TLS."""
    terminations: tuple[Termination, ...] = ()
    """The TLS that the gateway ends."""
    doors: Mapping[str, str] = field(default_factory=dict)
    """A hash of what listens before each instance, by its name; empty without listeners."""

    def selected_for(self, proxy: str) -> Mapping[str, Mapping[str, bool]]:
        """Return the workloads that the labels of a proxy's clusters select, as `selected`."""
        return self.selected[self.proxies[proxy].namespace]


def translate(resources: ResourceSet, registry: Registry, topology: Topology) -> Snapshot:
    """The configuration of every proxy of a mesh whose listeners stand where `topology` says.

    Raises Rejected for what the API server or Istio's webhook refuses, Untranslated for what is valid but not translated.
    """
    valid = validate.validated(resources)
    push = _understood(valid, registry)
    entry_limits.refuse_beyond_loopback(valid)
    snapshot = _routing(push)
    proxies = {
        name: _listening(name, registry.proxy(topology.workload(name)), snapshot, push, topology)
        for name in topology.proxies
    }
    doors = {name: reconnection.door(proxies[name].listeners) for name in topology.ports}
    return replace(snapshot, proxies=proxies, doors=doors)


def routing(resources: ResourceSet, registry: Registry) -> Snapshot:
    """The routes and outbound clusters of every proxy, and what it takes of its callers, without listeners.

    Raises as `translate` does.
    """
    return _routing(_understood(validate.validated(resources), registry))


def endpoints(snapshot: Snapshot, topology: Topology, ready: Collection[str]) -> Mapping[str, Assignments]:
    """The ClusterLoadAssignments for the proxies of each namespace, by its name: the instances behind their clusters that are `ready`."""
    return {namespace: _assignments(snapshot, one, topology, ready) for namespace, one in snapshot.selected.items()}


def _assignments(
    snapshot: Snapshot, selected: Mapping[str, Mapping[str, bool]], topology: Topology, ready: Collection[str]
) -> Assignments:
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
        for name, workloads in selected.items()
    }


def _understood(valid: ResourceSet, registry: Registry) -> PushContext:
    unsupported.refuse(valid, registry.gateway)
    push = PushContext.of(valid, registry)
    entry_limits.refuse_rivals(valid, push.registry)
    return push


def _routing(push: PushContext) -> Snapshot:
    registry = push.registry
    callers = {proxy.namespace: proxy for proxy in registry.proxies}
    outbound = {namespace: tuple(clusters.outbound(push, proxy)) for namespace, proxy in callers.items()}
    return Snapshot(
        proxies={
            proxy.name: ProxyConfig(
                (), outbound[proxy.namespace], _routes(proxy, push), Access.of(push, proxy), proxy.namespace
            )
            for proxy in registry.proxies
        },
        selected={namespace: clusters.destinations(push, namespace) for namespace in callers},
        terminations=tuple(one.termination for one in push.servers if one.termination),
    )


def _routes(proxy: Proxy, push: PushContext) -> dict[str, dict[str, Any]]:
    if not proxy.is_gateway:
        ports = virtual_hosts.ports_of_sidecar(push, proxy)
        return {str(port): virtual_hosts.of_sidecar(push, proxy, port) for port in ports}
    servers = virtual_hosts.at_the_door(push)  # no Gateway, no door
    return {name: virtual_hosts.of_gateway(push, proxy, name, of_name) for name, of_name in servers.items()}


def _listening(name: str, proxy: Proxy, routed: Snapshot, push: PushContext, topology: Topology) -> ProxyConfig:
    """The configuration of one proxy with its listeners, and behind a sidecar's inbound one the app itself."""
    config, registry = routed.proxies[proxy.name], push.registry
    if proxy.is_gateway:
        return _at_the_door(config, routed.terminations, topology, name)
    to_app = clusters.inbound(push, registry.host(registry.workload(proxy.name).app), topology.ports[name].app)
    ways = (
        listeners.outbound(topology, name, registry.port),
        listeners.inbound(topology, name, registry.port, config.access),
    )
    return replace(config, listeners=ways, clusters=(*config.clusters, to_app), outward=str(registry.port))


def _at_the_door(
    config: ProxyConfig, terminations: Sequence[Termination], topology: Topology, name: str
) -> ProxyConfig:
    """The configuration of the gateway with its listeners: one for plain text, one for HTTPS, as far as they are asked for."""
    routes, doors = config.routes, []
    if GATEWAY_ROUTES in routes:
        doors.append(listeners.gateway(topology, name, GATEWAY_ROUTES, config.access))
    if terminations:
        doors.append(listeners.gateway_https(topology, name, terminations, config.access))
        if GATEWAY_ROUTES in routes and topology.gateway_https_port:
            plain = virtual_hosts.redirected(routes[GATEWAY_ROUTES], topology.gateway_https_port)
            routes = {**routes, GATEWAY_ROUTES: plain}
    return replace(config, listeners=tuple(doors), routes=routes)


def _endpoint(port: int, *, takes_mutual: bool) -> dict[str, Any]:
    endpoint = clusters.endpoint(port)
    return tls.takes_mutual(endpoint) if takes_mutual else endpoint


def _assignment(name: str, behind: list[dict[str, Any]]) -> dict[str, Any]:
    return {"clusterName": name, "endpoints": [{"lbEndpoints": behind}] if behind else []}
