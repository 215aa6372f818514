"""Istio resources as the configuration of every Envoy, purely, as istiod would make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from platforms.local import clusters, hosts, listeners, unsupported, validate, virtual_hosts
from platforms.local.rules import CALLERS, PROXIES, Proxy, Rules
from platforms.local.topology import SERVICE_PORT, WORKLOADS, Topology, Workload
from platforms.resources import NAMESPACE, ResourceSet

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
    """What every proxy is to serve for `resources`.

    Raises Rejected for what the API server or Istio's webhook refuses, Unsupported for what is valid but not here.
    """
    valid = validate.validated(resources)
    unsupported.refuse(valid)
    rules = Rules.of(valid)
    outbound = {caller: tuple(clusters.outbound(rules, caller)) for caller in CALLERS}
    return Snapshot(
        proxies={proxy.name: _configured(proxy, rules, outbound[proxy.namespace], topology) for proxy in PROXIES},
        behind={
            name: tuple(one.name for one in WORKLOADS if _selects(host, labels, one))
            for name, (host, labels) in clusters.destinations(rules).items()
        },
    )


def endpoints(snapshot: Snapshot, topology: Topology, ready: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """The ClusterLoadAssignment of each cluster, by its name: those of its workloads that are `ready`."""
    return {
        name: _assignment(name, [workload for workload in workloads if workload in ready], topology)
        for name, workloads in snapshot.behind.items()
    }


def _configured(proxy: Proxy, rules: Rules, outbound: tuple[dict[str, Any], ...], topology: Topology) -> ProxyConfig:
    if proxy.is_gateway:
        return _gateway(proxy, rules, outbound, topology)
    app = next(workload.app for workload in WORKLOADS if workload.name == proxy.name)
    host = hosts.full(app, NAMESPACE)
    return ProxyConfig(
        listeners=(listeners.outbound(topology, proxy.name), listeners.inbound(topology, proxy.name)),
        clusters=(*outbound, clusters.inbound(rules, host, topology.ports[proxy.name].app)),
        routes={str(SERVICE_PORT): virtual_hosts.of_sidecar(rules, proxy)},
    )


def _gateway(proxy: Proxy, rules: Rules, outbound: tuple[dict[str, Any], ...], topology: Topology) -> ProxyConfig:
    if not rules.servers:  # no Gateway, no door
        return ProxyConfig((), outbound, {})
    configuration = virtual_hosts.of_gateway(rules, proxy, GATEWAY_ROUTES)
    return ProxyConfig((listeners.gateway(topology, GATEWAY_ROUTES),), outbound, {GATEWAY_ROUTES: configuration})


def _selects(host: str, labels: Mapping[str, str], workload: Workload) -> bool:
    return host == hosts.full(workload.app, NAMESPACE) and labels.items() <= workload.labels.items()


def _assignment(name: str, workloads: list[str], topology: Topology) -> dict[str, Any]:
    behind = [clusters.endpoint(topology.ports[workload].inbound) for workload in workloads]
    return {"clusterName": name, "endpoints": [{"lbEndpoints": behind}] if behind else []}
