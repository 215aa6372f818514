"""Istio resources as the configuration of every Envoy, purely, as istiod would make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from platforms.resources import NAMESPACE, ResourceSet
from platforms.translation import clusters, hosts, listeners, unsupported, validate, virtual_hosts
from platforms.translation.rules import CALLERS, PROXIES, Proxy, Rules
from platforms.translation.topology import SERVICE_PORT, WORKLOADS, Topology, Workload

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
    """What all proxies are to serve."""

    proxies: Mapping[str, ProxyConfig]
    """By proxy name: six workloads and `ingressgateway`."""
    behind: Mapping[str, tuple[str, ...]]
    """The workloads that each cluster's labels select, by the cluster's name; ready or not."""


def translate(resources: ResourceSet, topology: Topology) -> Snapshot:
    """What every proxy of the local mesh is to serve for `resources`.

    Raises Rejected for what the API server or Istio's webhook refuses, Unsupported for what is valid but not here.
    """
    rules = _understood(resources)
    outbound = _outbound(rules)
    return Snapshot(
        proxies={proxy.name: _configured(proxy, rules, outbound[proxy.namespace], topology) for proxy in PROXIES},
        behind={
            name: tuple(one.name for one in WORKLOADS if _selects(host, labels, one))
            for name, (host, labels) in clusters.destinations(rules).items()
        },
    )


def routing(resources: ResourceSet) -> Mapping[str, ProxyConfig]:
    """By what every proxy of any mesh is to route for `resources`: its routes and outbound clusters, no listeners.

    Raises as `translate` does.
    """
    rules = _understood(resources)
    outbound = _outbound(rules)
    return {proxy.name: ProxyConfig((), outbound[proxy.namespace], _routes(proxy, rules)) for proxy in PROXIES}


def endpoints(snapshot: Snapshot, topology: Topology, ready: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """The ClusterLoadAssignment of each cluster, by its name: those of its workloads that are `ready`."""
    return {
        name: _assignment(name, [workload for workload in workloads if workload in ready], topology)
        for name, workloads in snapshot.behind.items()
    }


def _understood(resources: ResourceSet) -> Rules:
    valid = validate.validated(resources)
    unsupported.refuse(valid)
    return Rules.of(valid)


def _outbound(rules: Rules) -> dict[str, tuple[dict[str, Any], ...]]:
    """The outbound clusters of a proxy, by its namespace."""
    return {caller: tuple(clusters.outbound(rules, caller)) for caller in CALLERS}


def _routes(proxy: Proxy, rules: Rules) -> dict[str, dict[str, Any]]:
    if not proxy.is_gateway:
        return {str(SERVICE_PORT): virtual_hosts.of_sidecar(rules, proxy)}
    if not rules.servers:  # no Gateway, no door
        return {}
    return {GATEWAY_ROUTES: virtual_hosts.of_gateway(rules, proxy, GATEWAY_ROUTES)}


def _configured(proxy: Proxy, rules: Rules, outbound: tuple[dict[str, Any], ...], topology: Topology) -> ProxyConfig:
    routes = _routes(proxy, rules)
    if proxy.is_gateway:
        doors = tuple(listeners.gateway(topology, configuration) for configuration in routes)
        return ProxyConfig(doors, outbound, routes)
    app = next(workload.app for workload in WORKLOADS if workload.name == proxy.name)
    to_app = clusters.inbound(rules, hosts.full(app, NAMESPACE), topology.ports[proxy.name].app)
    ways = (listeners.outbound(topology, proxy.name), listeners.inbound(topology, proxy.name))
    return ProxyConfig(ways, (*outbound, to_app), routes)


def _selects(host: str, labels: Mapping[str, str], workload: Workload) -> bool:
    return host == hosts.full(workload.app, NAMESPACE) and labels.items() <= workload.labels.items()


def _assignment(name: str, workloads: list[str], topology: Topology) -> dict[str, Any]:
    behind = [clusters.endpoint(topology.ports[workload].inbound) for workload in workloads]
    return {"clusterName": name, "endpoints": [{"lbEndpoints": behind}] if behind else []}
