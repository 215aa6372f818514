"""Istio resources as the configuration of every Envoy, purely, as istiod would make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from platforms.envoy import listeners, unsupported
from platforms.envoy.cluster import clusters
from platforms.envoy.route import virtual_hosts
from platforms.envoy.topology import Topology
from platforms.istio import hosts, security
from platforms.istio.push_context import CALLERS, PROXIES, Proxy, PushContext
from platforms.istio.registry import GATEWAY, SERVICE_PORT, WORKLOADS, Workload
from platforms.istio.resources import NAMESPACE, ResourceSet
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
    """What all proxies are to serve."""

    proxies: Mapping[str, ProxyConfig]
    """By proxy name: six workloads and `ingressgateway`."""
    behind: Mapping[str, tuple[str, ...]]
    """The workloads that each cluster's labels select, by the cluster's name; ready or not."""


def translate(resources: ResourceSet, topology: Topology) -> Snapshot:
    """What every proxy of the local mesh is to serve for `resources`.

    Raises Rejected for what the API server or Istio's webhook refuses, Unsupported for what is valid but not here.
    """
    push = _understood(security.without_the_baselines(resources))
    snapshot = _routing(push)
    return replace(
        snapshot,
        proxies={
            name: _listening(name, config, push=push, topology=topology) for name, config in snapshot.proxies.items()
        },
    )


def routing(resources: ResourceSet) -> Snapshot:
    """By what every proxy of any mesh is to route for `resources`: its routes and outbound clusters, no listeners.

    Raises as `translate` does.
    """
    return _routing(_understood(security.without_any(resources)))


def endpoints(snapshot: Snapshot, topology: Topology, ready: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """The ClusterLoadAssignment of each cluster, by its name: those of its workloads that are `ready`."""
    return {
        name: _assignment(name, [workload for workload in workloads if workload in ready], topology)
        for name, workloads in snapshot.behind.items()
    }


def _understood(resources: ResourceSet) -> PushContext:
    valid = validate.validated(resources)
    unsupported.refuse(valid)
    return PushContext.of(valid)


def _routing(push: PushContext) -> Snapshot:
    outbound = {caller: tuple(clusters.outbound(push, caller)) for caller in CALLERS}
    return Snapshot(
        proxies={proxy.name: ProxyConfig((), outbound[proxy.namespace], _routes(proxy, push)) for proxy in PROXIES},
        behind={
            name: tuple(one.name for one in WORKLOADS if _selects(host, labels, one))
            for name, (host, labels) in clusters.destinations(push).items()
        },
    )


def _routes(proxy: Proxy, push: PushContext) -> dict[str, dict[str, Any]]:
    if not proxy.is_gateway:
        return {str(SERVICE_PORT): virtual_hosts.of_sidecar(push, proxy)}
    if not push.servers:  # no Gateway, no door
        return {}
    return {GATEWAY_ROUTES: virtual_hosts.of_gateway(push, proxy, GATEWAY_ROUTES)}


def _listening(proxy: str, config: ProxyConfig, *, push: PushContext, topology: Topology) -> ProxyConfig:
    """The same with the proxy's doors, and behind a sidecar's inbound one the app itself."""
    if proxy == GATEWAY:
        return replace(config, listeners=tuple(listeners.gateway(topology, name) for name in config.routes))
    app = next(workload.app for workload in WORKLOADS if workload.name == proxy)
    to_app = clusters.inbound(push, hosts.fqdn(app, NAMESPACE), topology.ports[proxy].app)
    ways = (listeners.outbound(topology, proxy), listeners.inbound(topology, proxy))
    return replace(config, listeners=ways, clusters=(*config.clusters, to_app))


def _selects(host: str, labels: Mapping[str, str], workload: Workload) -> bool:
    return host == hosts.fqdn(workload.app, NAMESPACE) and labels.items() <= workload.labels.items()


def _assignment(name: str, workloads: list[str], topology: Topology) -> dict[str, Any]:
    behind = [clusters.endpoint(topology.ports[workload].inbound) for workload in workloads]
    return {"clusterName": name, "endpoints": [{"lbEndpoints": behind}] if behind else []}
