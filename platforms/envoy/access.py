"""The requests that a proxy takes: over which connections, and by which filters; as it should be, and as a proxy says it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from platforms.envoy.authorization import filters
from platforms.istio.access.peer_authentication import MutualTls
from platforms.istio.push_context import PushContext
from platforms.istio.registry import Proxy, Registry
from platforms.istio.servers import ANY

_HCM = "envoy.filters.network.http_connection_manager"
_INBOUND = ("virtualInbound", "inbound")
"""istiod's listener for all that comes to a workload, and ours."""
_DOORS = ("0.0.0.0_8080", "gateway")
"""istiod's listener of the ingress gateway, and ours."""
_HTTPS_DOORS = ("0.0.0.0_8443", "gateway-https")
"""The same for HTTPS, each server by the names that it is asked for."""
LISTENERS = (*_INBOUND, *_DOORS, *_HTTPS_DOORS)


@dataclass(frozen=True)
class Access:
    """What becomes of whoever calls a workload, or stands before the ingress gateway."""

    mode: MutualTls
    """By which connections; at a gateway, by plain text."""
    filters: tuple[Mapping[str, Any], ...]
    """The filters that take or refuse a request, in their order."""
    https: tuple[tuple[str, ...], ...] = ()
    """At a gateway, the names of each server that ends TLS."""
    otherwise: bool = True
    """Whether there is another way in; at a gateway there may be no server for one."""

    @classmethod
    def of(cls, push: PushContext, proxy: Proxy) -> Access:
        """Return what the rules say of one proxy."""
        port = push.registry.port
        mode = MutualTls.DISABLE if proxy.is_gateway else push.peers.of_workload(proxy.namespace, proxy.labels, port)
        servers = push.servers if proxy.is_gateway else ()
        https = tuple(one.termination.hosts for one in servers if one.termination)
        otherwise = not proxy.is_gateway or len(https) < len(servers)
        return cls(mode, tuple(filters.filters(push, proxy)), https, otherwise)

    def shown(self) -> dict[str, list[dict[str, Any]]]:
        """The filters by the kind of connection that they stand behind, as `served` shows them."""
        ways = (*(_TRANSPORTS[self.mode] if self.otherwise else ()), *map(_https, self.https))
        return {way: [_plain(one) for one in self.filters] for way in ways}


_TLS, _PLAIN_TEXT = "tls", "raw_buffer"
_TRANSPORTS = {
    MutualTls.STRICT: (_TLS,),
    MutualTls.PERMISSIVE: (_TLS, _PLAIN_TEXT),
    MutualTls.DISABLE: (_PLAIN_TEXT,),
}


def served(listeners: Iterable[Mapping[str, Any]], registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """Read the same from a proxy's listeners, ours or istiod's."""
    return {
        _way(listener, chain): rbac
        for listener in listeners
        if listener["name"] in LISTENERS
        for chain in listener.get("filterChains", ())
        # istiod's listener for a workload is one for all of its ports.
        if listener["name"] != _INBOUND[0] or chain.get("filterChainMatch", {}).get("destinationPort") == registry.port
        for rbac in _guards(chain)
    }


def _way(listener: Mapping[str, Any], chain: Mapping[str, Any]) -> str:
    match = chain.get("filterChainMatch", {})
    if listener["name"] in _HTTPS_DOORS:
        return _https(match.get("serverNames", (ANY,)))
    return str(match.get("transportProtocol", _PLAIN_TEXT))


def _https(names: Sequence[str]) -> str:
    return f"https {ANY if ANY in names else ' '.join(names)}"


def _guards(chain: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    for network in chain["filters"]:
        if network["name"] == _HCM:
            yield [_plain(one) for one in network["typedConfig"]["httpFilters"] if one["name"] == filters.NAME]


def _plain(rbac: Mapping[str, Any]) -> dict[str, Any]:
    """A filter without what has no effect, and with what goes without saying."""
    given = rbac["typedConfig"]
    config = {name: value for name, value in given.items() if name not in ("rules", "shadowRules")}
    if "shadowRules" not in given:
        config.pop("shadowRulesStatPrefix", None)
    for name in {"rules", "shadowRules"} & given.keys():
        config[name] = {"action": "ALLOW", "policies": {}, **_spelled(given[name])}
    return {"name": rbac["name"], "typedConfig": config}


def _spelled(value: Any) -> Any:
    """Addresses in one spelling: Python's of those that hold an IPv4 address is not Go's."""
    if isinstance(value, Mapping):
        return {name: str(ip_address(one)) if name == "addressPrefix" else _spelled(one) for name, one in value.items()}
    return [_spelled(one) for one in value] if isinstance(value, list) else value
