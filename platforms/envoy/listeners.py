"""The listeners of a proxy, each with its way of reading HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from platforms.envoy import tls
from platforms.envoy.access import Access
from platforms.envoy.cluster import clusters
from platforms.envoy.route import faults, retries
from platforms.envoy.topology import Topology
from platforms.istio.access.peer_authentication import MutualTls
from platforms.istio.servers import ANY, Termination
from platforms.loopback import LOOPBACK

_LINE = "%REQ(TRACESTATE)% %UPSTREAM_HOST% %RESPONSE_CODE% %UPSTREAM_REQUEST_ATTEMPT_COUNT%"
_SERVER_NAME = "istio-envoy"
_HANDSHAKE = "15s"
"""How long whoever has connected may take to agree on TLS, as in Istio."""
GATEWAY_PORT = 8080
"""The gateway's port for plain text: in a cluster its Service offers it as 80."""
GATEWAY_HTTPS = "gateway-https"
"""The name of the listener for HTTPS."""
_GATEWAY_HTTPS_PORT = 8443
"""Its port for HTTPS, which the Service offers as 443."""
_TYPES = "type.googleapis.com/envoy.extensions.filters"
_HCM = "envoy.filters.network.http_connection_manager"
_FILTERS = (
    (faults.FAULT, "fault.v3.HTTPFault"),
    (faults.CORS, "cors.v3.Cors"),
    ("envoy.filters.http.router", "router.v3.Router"),
)


def outbound(topology: Topology, proxy: str, service_port: int) -> dict[str, Any]:
    """An HTTP proxy for the workload's own calls: the host of the absolute URL decides who is called."""
    name = str(service_port)
    rds = _rds(name, topology.routes_file(proxy, name))
    manager = _manager(f"outbound_{name}", {"rds": rds, "accessLog": [_request_log(topology, proxy)]})
    return {
        **_listener("outbound", topology.ports[proxy].outbound, "OUTBOUND"),
        "filterChains": [{"filters": _filters(manager)}],
    }


def inbound(topology: Topology, proxy: str, service_port: int, access: Access) -> dict[str, Any]:
    """The endpoint that callers know: everything that is taken goes to the app."""
    port = topology.ports[proxy].inbound
    cluster = clusters.inbound_name(service_port)
    action = {
        "cluster": cluster,
        "timeout": "0s",
        "maxStreamDuration": {"maxStreamDuration": "0s", "grpcTimeoutHeaderMax": "0s"},
        "retryPolicy": dict(retries.INBOUND),
    }
    to_app = {
        "name": cluster,
        "validateClusters": False,
        "virtualHosts": [
            {
                "name": f"inbound|http|{service_port}",
                "domains": ["*"],
                "routes": [{"name": "default", "match": {"prefix": "/"}, "route": action}],
            }
        ],
    }
    edge = {
        "serverName": _SERVER_NAME,
        "forwardClientCertDetails": "APPEND_FORWARD",
        "setCurrentClientCertDetails": {"subject": True, "dns": True, "uri": True},
    }
    guards = _at_port(access.filters, service_port, port)
    filters = _filters(_manager(f"inbound_{service_port}", {"routeConfig": to_app, **edge}, guards))
    return {
        **_listener("inbound", port, "INBOUND"),
        "listenerFilters": [dict(tls.INSPECTOR)],
        "filterChains": [{**chain, "filters": filters} for chain in _inbound_chains(access.mode)],
    }


def gateway(topology: Topology, proxy: str, route_configuration: str, access: Access) -> dict[str, Any]:
    """The door to the mesh, for callers outside it."""
    guards = _at_port(access.filters, GATEWAY_PORT, topology.gateway_port)
    return {
        **_listener("gateway", topology.gateway_port, "OUTBOUND"),
        "filterChains": [{"filters": _at_the_door(topology, proxy, route_configuration, guards, GATEWAY_PORT)}],
    }


def gateway_https(
    topology: Topology, proxy: str, terminations: Sequence[Termination], access: Access
) -> dict[str, Any]:
    """The same over TLS: what a caller is shown, and where its requests go, depends on the name that it asks for."""
    guards = _at_port(access.filters, _GATEWAY_HTTPS_PORT, topology.gateway_https_port)
    return {
        **_listener(GATEWAY_HTTPS, topology.gateway_https_port, "OUTBOUND"),
        "listenerFilters": [dict(tls.INSPECTOR)],
        "filterChains": [
            {
                **({} if ANY in one.hosts else {"filterChainMatch": {"serverNames": list(one.hosts)}}),
                "transportSocket": tls.terminating(one.certificate, one.minimum, one.maximum),
                "transportSocketConnectTimeout": _HANDSHAKE,
                "filters": _at_the_door(topology, proxy, one.route_configuration, guards, _GATEWAY_HTTPS_PORT),
            }
            for one in terminations
        ],
    }


def _at_the_door(
    topology: Topology, proxy: str, route_configuration: str, guards: Sequence[Mapping[str, Any]], port: int
) -> list[dict[str, Any]]:
    """The filters for whoever calls the gateway."""
    rds = _rds(route_configuration, topology.routes_file(proxy, route_configuration))
    edge = {
        "serverName": _SERVER_NAME,
        "useRemoteAddress": True,
        # Istio's gateway makes an id of its own; here the caller's passes through, as the application promises.
        "preserveExternalRequestId": True,
        "forwardClientCertDetails": "SANITIZE_SET",
        "accessLog": [_request_log(topology, proxy)],
    }
    return _filters(_manager(f"outbound_{port}", {"rds": rds, **edge}, guards))


def _inbound_chains(mode: MutualTls) -> list[dict[str, Any]]:
    """The connections by which the app is reached; any other is closed."""
    plain_text: dict[str, Any] = {"filterChainMatch": dict(tls.PLAIN_TEXT_MATCH)}
    match mode:
        case MutualTls.STRICT:
            return [{"filterChainMatch": dict(tls.STRICT_MATCH), "transportSocket": tls.downstream()}]
        case MutualTls.PERMISSIVE:
            return [{"filterChainMatch": dict(tls.SIDECAR_MATCH), "transportSocket": tls.downstream()}, plain_text]
        case MutualTls.DISABLE:
            return [plain_text]


def _at_port(guards: Sequence[Mapping[str, Any]], said: int, listening: int) -> list[dict[str, Any]]:
    """The filters where the port that policies speak of is another: nothing here listens at it."""

    def moved(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                name: {said: listening, listening: 0}.get(one, one) if name == "destinationPort" else moved(one)
                for name, one in value.items()
            }
        return [moved(one) for one in value] if isinstance(value, list | tuple) else value

    return [moved(one) for one in guards]


def _manager(stat_prefix: str, specific: Mapping[str, Any], guards: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    plain = [{"name": name, "typedConfig": {"@type": f"{_TYPES}.http.{kind}"}} for name, kind in _FILTERS]
    return {
        "@type": f"{_TYPES}.network.http_connection_manager.v3.HttpConnectionManager",
        "statPrefix": stat_prefix,
        "codecType": "AUTO",
        "normalizePath": True,
        "pathWithEscapedSlashesAction": "KEEP_UNCHANGED",
        "useRemoteAddress": False,
        "streamIdleTimeout": "0s",
        "proxy100Continue": True,
        "upgradeConfigs": [{"upgradeType": "websocket"}],
        "httpFilters": [*guards, *plain],
        **specific,
    }


def _request_log(topology: Topology, proxy: str) -> dict[str, Any]:
    """A line for every call that carries the mark of a run: which one, who answered, with what, after how many tries."""
    return {
        "name": "envoy.access_loggers.file",
        "filter": {
            "headerFilter": {"header": {"name": "tracestate", "stringMatch": {"prefix": topology.request_mark}}}
        },
        "typedConfig": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": str(topology.request_log(proxy)),
            "logFormat": {"textFormatSource": {"inlineString": f"{_LINE}\n"}},
        },
    }


def _rds(name: str, file: Path) -> dict[str, Any]:
    """Routes from a file that is replaced by rename: the folder is watched."""
    source = {"path": str(file), "watchedDirectory": {"path": str(file.parent)}}
    return {
        "routeConfigName": name,
        "configSource": {"pathConfigSource": source, "initialFetchTimeout": "0s", "resourceApiVersion": "V3"},
    }


def _filters(manager: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": _HCM, "typedConfig": manager}]


def _listener(name: str, port: int, direction: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": {"socketAddress": {"address": LOOPBACK, "portValue": port}},
        "trafficDirection": direction,
        # As istiod's: whoever opens many connections at once does not hold up those that are open.
        "maxConnectionsToAcceptPerSocketEvent": 1,
    }
