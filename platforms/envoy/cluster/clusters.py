"""DestinationRules as Envoy's clusters: for each port of whoever can be called one, and one per subset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.envoy.cluster import connection_pool, entry_endpoints, load_balancing, mutual_tls
from platforms.istio import durations, hosts
from platforms.istio.access.peer_authentication import MutualTls
from platforms.istio.push_context import DestinationRule, PushContext
from platforms.istio.registry import Proxy, Workload
from platforms.istio.service_entries.callees import Destination
from platforms.loopback import LOOPBACK

_CONNECT_TIMEOUT = "10s"
_BY_PORT = ("connectionPool", "loadBalancer", "outlierDetection", "tls")
"""The parts of a traffic policy that may be said for one port."""

_APP_IDLE_TIMEOUT = "4s"
# Shorter than the keep-alive of every service: the proxy closes first, so no request meets a closing connection.


def inbound_name(port: int) -> str:
    """The name of the cluster of the app itself, behind its own sidecar."""
    return f"inbound|{port}||"


def outbound(push: PushContext, proxy: Proxy) -> Iterator[dict[str, Any]]:
    """The clusters of whoever can be called, and of their subsets, without the endpoints of Services."""
    for callee in push.callees_of(proxy.namespace):
        rule = push.destination_rule(callee.host, proxy.namespace)
        for port in callee.ports:
            policy = _at_port(rule.policy, port.number) if rule else {}
            if not entry_endpoints.is_left_out(Destination(callee, port)):
                yield _cluster(push, Destination(callee, port), policy, rule, proxy)
            for subset in rule.subsets if rule else ():
                destination = Destination(callee, port, subset["name"], subset.get("labels", {}))
                asked = {**policy, **_at_port(subset.get("trafficPolicy") or {}, port.number)}
                if not entry_endpoints.is_left_out(destination):
                    yield _cluster(push, destination, asked, rule, proxy)


def inbound(push: PushContext, host: str, app_port: int) -> dict[str, Any]:
    """The cluster of the app itself, a workload of `host`: the pool of its DestinationRule limits this side too."""
    name, registry = inbound_name(push.registry.port), push.registry
    rule = push.destination_rule(host, registry.namespace)
    pool = (rule and _at_port(rule.policy, registry.port).get("connectionPool")) or {}
    cluster = {"name": name, "type": "STATIC", **_settings({"connectionPool": pool})}
    del cluster["lbPolicy"]
    common = connection_pool.http_options(pool, {}).get("commonHttpProtocolOptions", {})
    cluster["typedExtensionProtocolOptions"] = {
        connection_pool.HTTP_OPTIONS: {
            "@type": f"type.googleapis.com/{connection_pool.HTTP_OPTIONS}",
            "commonHttpProtocolOptions": {"idleTimeout": _APP_IDLE_TIMEOUT, **common},
            # The app speaks HTTP/1.1, whatever the callers were told to speak to this proxy.
            "explicitHttpConfig": {"httpProtocolOptions": {}},
        }
    }
    cluster["loadAssignment"] = {"clusterName": name, "endpoints": [{"lbEndpoints": [endpoint(app_port)]}]}
    return cluster


def destinations(push: PushContext, namespace: str) -> dict[str, dict[str, bool]]:
    """The workloads behind each cluster of a namespace's proxies, by its name, and whether each is called by mutual TLS."""
    registry, port = push.registry, push.registry.port
    found: dict[str, dict[str, bool]] = {}
    for host in sorted(registry.hosts):
        rule = push.destination_rule(host, namespace)
        for subset in ({"name": ""}, *(rule.subsets if rule else ())):
            asked = mutual_tls.asked_of_endpoints(rule, subset["name"], port)
            found[hosts.cluster(host, port=port, subset=subset["name"])] = {
                one.name: _takes_mutual(push, one) if asked is None else asked
                for one in registry.behind(host)
                if subset.get("labels", {}).items() <= one.labels.items()
            }
    return found


def endpoint(port: int) -> dict[str, Any]:
    """A listening port of this machine."""
    return {"endpoint": {"address": {"socketAddress": {"address": LOOPBACK, "portValue": port}}}}


def _takes_mutual(push: PushContext, workload: Workload) -> bool:
    namespace, port = push.registry.namespace, push.registry.port
    return push.peers.of_workload(namespace, workload.labels, port) != MutualTls.DISABLE


def _cluster(
    push: PushContext,
    destination: Destination,
    policy: Mapping[str, Any],
    rule: DestinationRule | None,
    proxy: Proxy,
) -> dict[str, Any]:
    """A cluster; the endpoints of a Service are put in when it is delivered, for they come and go without a new rule."""
    settings = _settings(policy, is_http2=destination.port.is_http2)
    cluster = {"name": destination.cluster, "type": "EDS", **settings}
    return {
        **cluster,
        **mutual_tls.of_cluster(push, destination, policy.get("tls"), cluster),
        **entry_endpoints.of(push, destination, rule, proxy),
    }


def _at_port(policy: Mapping[str, Any], port: int) -> Mapping[str, Any]:
    """The policy for one port: what is said for the port replaces the rest, it does not add to it."""
    for setting in policy.get("portLevelSettings", ()):
        if setting.get("port", {}).get("number") == port:
            return {part: setting.get(part) for part in _BY_PORT}
    return policy


def _settings(policy: Mapping[str, Any], *, is_http2: bool = False) -> dict[str, Any]:
    pool, outlier = policy.get("connectionPool") or {}, policy.get("outlierDetection")
    tcp = pool.get("tcp", {})
    cluster: dict[str, Any] = {
        "connectTimeout": durations.envoy(tcp.get("connectTimeout", _CONNECT_TIMEOUT)),
        "circuitBreakers": {"thresholds": [connection_pool.thresholds(pool, policy.get("retryBudget"))]},
        # Said even where it is 0: Envoy's own default sends traffic to the unhealthy half.
        "commonLbConfig": {
            "healthyPanicThreshold": connection_pool.percent((outlier or {}).get("minHealthPercent", 0))
        },
        **load_balancing.for_cluster(policy.get("loadBalancer") or {}),
    }
    if outlier is not None:
        cluster["outlierDetection"] = connection_pool.outlier_detection(outlier)
    if "tcpKeepalive" in tcp:
        cluster["upstreamConnectionOptions"] = {"tcpKeepalive": connection_pool.keepalive(tcp)}
    if options := connection_pool.http_options(pool, outlier or {}, is_http2=is_http2):
        cluster["typedExtensionProtocolOptions"] = {connection_pool.HTTP_OPTIONS: options}
    return cluster
