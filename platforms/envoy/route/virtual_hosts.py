"""The virtual hosts of a sidecar and of the ingress gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from platforms.envoy.route import matches, routes
from platforms.istio import hosts
from platforms.istio.gateway_names import MESH
from platforms.istio.push_context import PushContext, VirtualService
from platforms.istio.registry import Proxy
from platforms.istio.servers import Server
from platforms.istio.service_entries.callees import Callee

GATEWAY_ROUTES = "http.8080"
"""The route configuration of the gateway's servers for plain text; each of the others has its own."""
_DEFAULT_PORT = 80
"""The port of a call that names none."""
_LARGEST_BODY = 1024 * 1024
"""Of a direct response: what Istio's webhook lets pass; Envoy's own limit is 4 kB."""
_Made = dict[tuple[str, str, str], list[dict[str, Any]]]
"""Routes by the Gateway that they are for, and by the namespace and the name of their VirtualService."""

# In a cluster a call of an unknown host leaves the mesh. Here nothing may leave the machine, so it is answered as by a
# mesh that lets out only what it knows (outboundTrafficPolicy REGISTRY_ONLY).
_REDIRECTED = {"requireTls": "ALL"}
_UNKNOWN_HOST = {
    "name": "block_all",
    "domains": ["*"],
    "routes": [
        {
            "name": "block_all",
            "match": {"prefix": "/"},
            "directResponse": {"status": 502, "body": {"inlineString": "this host is not in the mesh\n"}},
        }
    ],
    "includeRequestAttemptCount": True,
}


def ports_of_sidecar(push: PushContext, proxy: Proxy) -> list[int]:
    """The ports on which a workload calls, each with a route configuration of its own: the Services', and those of ServiceEntries."""
    added = {port.number for one in push.callees_of(proxy.namespace) for port in one.ports if port.is_http}
    return sorted({push.registry.port, *added})


def of_sidecar(push: PushContext, proxy: Proxy, port: int) -> dict[str, Any]:
    """The route configuration of a sidecar for one port: whoever is called there, and the hosts routed along with one."""
    context = routes.Context(proxy, MESH, port, push)
    callees = {one.host.lower(): one for one in push.callees_of(proxy.namespace) if _routes_at(one, port)}
    added = _VirtualHosts(callees, proxy.namespace, port)
    routed: set[str] = set()
    bound = push.bound_to(MESH, proxy)
    closest = _closest(bound, callees)
    # The gateway's own Service is on that port too, and nobody calls it.
    there = (*callees, push.registry.gateway_host) if port == _DEFAULT_PORT else tuple(callees)
    # A call names its host in any case, so at sidecars case does not matter.
    for number, service in enumerate(map(_in_lower_case, bound)):
        known = [host for host in callees if host in service.hosts or closest.get(host) == number]
        if service.is_converted:  # the callers' own, or that of the namespace of whom they call
            known = [one for one in known if service.namespace in (callees[one].namespace, proxy.namespace)]
        # Istio's own exception: on this port a host that nobody knows is routed too.
        if not known and (port != _DEFAULT_PORT or service.is_converted):
            continue
        if not (http_routes := routes.of(service, context)):
            continue  # nothing in it concerns this caller
        unknown = [host for host in service.hosts if not _is_known(host, there)]
        for host in (*unknown, *known):
            added.add(host, http_routes)
        routed.update(known)
    for host in callees:
        if host not in routed:
            added.add(host, [routes.default(host, context)])
    return _configuration(str(port), [*added.sorted(), _UNKNOWN_HOST])


def together(configurations: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """The route configurations of a sidecar as the one called `name`, for a proxy that is asked for every port at one place.

    There the port of a call is told by its host alone. One that names none is for the default port, or else for that of `name`.
    """
    if len(configurations) == 1:
        return configurations[name]
    bare: dict[str, str] = {}
    for of in sorted(configurations, key=lambda one: (one != str(_DEFAULT_PORT), one != name)):
        if of in (str(_DEFAULT_PORT), name):
            for virtual_host in _but_for_unknown(configurations[of]):
                for domain in virtual_host["domains"]:
                    bare.setdefault(domain, of)
    found = []
    for of, configuration in configurations.items():
        for virtual_host in _but_for_unknown(configuration):
            domains = [f"{domain}:{of}" for domain in virtual_host["domains"]]
            domains += [domain for domain in virtual_host["domains"] if bare.get(domain) == of]
            found.append({**virtual_host, "domains": domains})
    joined = _configuration(name, [*sorted(found, key=lambda one: str(one["name"])), _UNKNOWN_HOST])
    return {**joined, "ignorePortInHostMatching": False}


def at_the_door(push: PushContext) -> dict[str, list[Server]]:
    """The gateway's servers by the route configuration that they share."""
    found: dict[str, list[Server]] = {}
    for server in push.servers:
        name = server.termination.route_configuration if server.termination else GATEWAY_ROUTES
        found.setdefault(name, []).append(server)
    return found


def of_gateway(push: PushContext, proxy: Proxy, name: str, servers: Sequence[Server]) -> dict[str, Any]:
    """A route configuration of the gateway: what the VirtualServices say at each of these servers."""
    by_host: dict[str, dict[str, Any]] = {}
    sources: dict[str, list[int]] = {}
    made: _Made = {}
    for server in servers:
        for host, _, http_routes in _at_server(push, proxy, server, made):
            virtual_host = by_host.setdefault(host, _virtual_host(f"{host}:{server.port}", [host], []))
            virtual_host["routes"] += http_routes
            virtual_host |= _REDIRECTED if server.redirects_to_https else {}
            sources.setdefault(host, []).append(id(http_routes))
        for host in map(str.lower, server.hosts if server.redirects_to_https else ()):
            by_host.setdefault(host, _virtual_host(f"{host}:{server.port}", [host], [])).update(_REDIRECTED)
    found = list(_collapsed(by_host, sources)) or [_virtual_host(f"blackhole:{servers[0].port}", ["*"], [])]
    return _configuration(name, sorted(found, key=lambda one: str(one["name"])))


def redirected(configuration: dict[str, Any], port: int) -> dict[str, Any]:
    """The same, with whoever is to ask by HTTPS sent to this port, since here it is not 443."""
    to_port = {"match": dict(matches.CATCH_ALL), "redirect": {"httpsRedirect": True, "portRedirect": port}}
    virtual_hosts = [
        {**{field: value for field, value in one.items() if field != "requireTls"}, "routes": [to_port]}
        if "requireTls" in one
        else {**one, "routes": [_to_https(route, port) for route in one["routes"]]}
        for one in configuration["virtualHosts"]
    ]
    return {**configuration, "virtualHosts": virtual_hosts}


def _to_https(route: dict[str, Any], port: int) -> dict[str, Any]:
    """A route, with this port for whoever is sent to the same host by HTTPS, which an HTTPRoute says so."""
    redirect = route.get("redirect", {})
    if redirect.get("schemeRedirect") != "https" or redirect.keys() & {"hostRedirect", "portRedirect"}:
        return route
    return {**route, "redirect": {**redirect, "portRedirect": port}}


def at_gateway(
    push: PushContext, proxy: Proxy, servers: Sequence[Server]
) -> Iterator[tuple[str, VirtualService, list[dict[str, Any]]]]:
    """The routes of each VirtualService for each host of these servers, in the order in which they act there."""
    made: _Made = {}
    for server in servers:
        yield from _at_server(push, proxy, server, made)


def _at_server(
    push: PushContext, proxy: Proxy, server: Server, made: _Made
) -> Iterator[tuple[str, VirtualService, list[dict[str, Any]]]]:
    """The same of one server; what is made for it is kept for the next ones of its Gateway."""
    for service in push.bound_to(server.gateway, proxy):
        bound = hosts.intersection(server.hosts_for(service.namespace), service.hosts)
        key = (server.gateway, service.namespace, service.name)
        if bound and key not in made:
            made[key] = routes.of(service, routes.Context(proxy, server.gateway, server.port, push, server.has_tls))
        for host in map(str.lower, bound if made.get(key) else ()):  # compared as written, then matched in any case
            yield host, service, made[key]


def _in_lower_case(service: VirtualService) -> VirtualService:
    return replace(service, hosts=tuple(host.lower() for host in service.hosts))


def _is_known(host: str, callees: Sequence[str]) -> bool:
    """Tell whether a host of a VirtualService is somebody's, or a wildcard has to do with anybody's."""
    return any(hosts.overlap(host, one) for one in callees) if hosts.is_wildcard(host) else host in callees


def _routes_at(callee: Callee, port: int) -> bool:
    found = callee.port(port)
    return found is not None and found.is_http


def _but_for_unknown(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in configuration["virtualHosts"] if one is not _UNKNOWN_HOST]


def _closest(services: tuple[VirtualService, ...], callees: Mapping[str, Callee]) -> dict[str, int]:
    """The number of the VirtualService that names each host most closely, wildcards or not.

    Istio compares hosts as they are written there: one with a capital names nobody, and leaves it to a wildcard.
    """
    by_host: dict[str, int] = {}
    for number, service in enumerate(services):
        for host in service.hosts:
            by_host.setdefault(host, number)
    found = {host: hosts.most_specific(host, by_host) for host in (one.host for one in callees.values())}
    return {host: number for host, number in found.items() if number is not None}


@dataclass(slots=True)
class _VirtualHosts:
    """The virtual hosts of one port, each domain in the first one that has it."""

    callees: Mapping[str, Callee]
    caller: str
    port: int
    by_name: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, host: str, http_routes: list[dict[str, Any]]) -> None:
        """Add the virtual host of `host` unless an earlier VirtualService has it."""
        name, callee = f"{host}:{self.port}", self.callees.get(host)
        if name in self.by_name:
            return
        names = callee.names(self.caller) if callee else (host,)
        # The shorter name of one may be the whole name of another.
        free = [one for one in names if one not in self.taken and (one == host or one not in self.callees)]
        if free:
            self.by_name[name] = _virtual_host(name, free, http_routes)
            self.taken.update(free)

    def sorted(self) -> list[dict[str, Any]]:
        """Return them in the order of their names."""
        return [self.by_name[name] for name in sorted(self.by_name)]


def _collapsed(by_host: dict[str, dict[str, Any]], sources: dict[str, list[int]]) -> Iterator[dict[str, Any]]:
    """Hosts with the very same routes share a virtual host, named after the most specific of them."""
    together: dict[tuple[Any, ...], dict[str, Any]] = {}
    for host in sorted(by_host, key=_specificity):
        virtual_host = by_host[host]
        first = together.setdefault((*sources.get(host, ()), virtual_host.get("requireTls")), virtual_host)
        if first is not virtual_host:
            first["domains"] += virtual_host["domains"]
    for virtual_host in together.values():
        # What takes every request comes last, whichever VirtualService said it.
        ordered = sorted(virtual_host["routes"], key=routes.takes_everything)
        yield {**virtual_host, "routes": ordered}


def _specificity(host: str) -> tuple[bool, int, str]:
    return (hosts.is_wildcard(host), -len(host), host)


def _virtual_host(name: str, domains: list[str], http_routes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "domains": domains, "routes": http_routes, "includeRequestAttemptCount": True}


def _configuration(name: str, virtual_hosts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "virtualHosts": virtual_hosts,
        "validateClusters": False,
        "maxDirectResponseBodySizeBytes": _LARGEST_BODY,
        "ignorePortInHostMatching": True,
    }
