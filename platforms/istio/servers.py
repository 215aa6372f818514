"""The servers of Gateways, as the ingress gateway runs them: put together as istiod's gateway.go does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platforms.istio import secrets
from platforms.istio.gateway_api.attachment import GatewayListener, listeners
from platforms.istio.registry import Proxy
from platforms.istio.resources import SECRET, Resource

HTTPS = "https"
"""The protocol of a server that ends TLS, in small letters."""
ANY = "*"
"""The host of a server for all that no other is for."""
_KUBERNETES = "kubernetes://"
_OF_GATEWAY_API = "kubernetes-gateway://"


@dataclass(frozen=True, slots=True)
class Termination:
    """The TLS that a server ends."""

    route_configuration: str
    """The name of its own routes, which no other server has."""
    credential: str
    """The Secret with its certificate, as the Gateway says it, or as istiod does for one of the Gateway API."""
    namespace: str
    """Where a cluster looks for it."""
    secret: Resource | None
    """The Secret, if there is one."""
    hosts: tuple[str, ...]
    """The names by which callers ask for it."""
    minimum: str = ""
    maximum: str = ""
    """The versions of TLS; empty where Envoy's own are meant."""

    @property
    def secret_name(self) -> str:
        return self.credential.rpartition("/")[2]

    @property
    def certificate(self) -> str:
        """A name for the certificate that is shown: another one has another."""
        if self.secret:
            return secrets.fingerprint(self.secret)
        return f"made-{hashlib.sha256(' '.join(self.hosts).encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a Gateway that the ingress gateway runs."""

    gateway: str
    port: int
    hosts: tuple[str, ...]
    has_tls: bool = False
    """Whether it says anything of TLS, be it only that plain text is redirected."""
    redirects_to_https: bool = False
    termination: Termination | None = None
    """None where it speaks plain text."""

    @property
    def gateway_name(self) -> str:
        """The name of its Gateway as people have it, without the namespace, and without the listener's."""
        return self.gateway.partition("/")[2].partition("~")[0]

    def hosts_for(self, namespace: str) -> tuple[str, ...]:
        """The hosts that a VirtualService of `namespace` may bind to."""
        named = (host.rpartition("/") for host in self.hosts)
        return tuple(host for scope, _, host in named if scope in ("", "*", namespace))


def servers(ordered: Iterable[Resource], gateway: Proxy) -> Iterator[Server]:
    """Yield the servers of Gateways, the older before the younger; of those with TLS for one host only the first is run."""
    ordered = tuple(ordered)
    known = {(one.namespace, one.name): one for one in ordered if one.kind == SECRET}
    taken: set[tuple[bool, str]] = set()
    for resource in ordered:
        for server in _servers(resource, gateway, known):
            if server.has_tls:
                named = {(server.termination is not None, host) for host in server.hosts}
                if named & taken:
                    continue
                taken |= named
            yield server


def selects(gateway: Resource, proxy: Proxy) -> bool:
    """Tell whether a proxy obeys this Gateway."""
    selector: Mapping[str, str] = gateway.spec.get("selector", {})
    return selector.items() <= proxy.labels.items()


def _servers(resource: Resource, gateway: Proxy, known: Mapping[tuple[str, str], Resource]) -> Iterator[Server]:
    if resource.collection == "KubernetesGateway":
        for one in listeners(resource):
            host = _scoped(one.host, resource.namespace)
            ended = _ended_by(one, host, known) if one.certificate else None
            yield Server(one.name, one.port, (host,), has_tls=ended is not None, termination=ended)
    if resource.collection != "Gateway" or not selects(resource, gateway):
        return
    for server in resource.spec.get("servers", ()):
        hosts = tuple(_scoped(host, resource.namespace) for host in server["hosts"])
        yield Server(
            gateway=f"{resource.namespace}/{resource.name}",
            port=server["port"]["number"],
            hosts=hosts,
            has_tls="tls" in server,
            redirects_to_https=server.get("tls", {}).get("httpsRedirect", False),
            termination=_termination(resource, server, hosts, gateway, known),
        )


def _scoped(host: str, namespace: str) -> str:
    """The host with the namespace that it is for; with none it is for all."""
    scope, slash, name = host.rpartition("/")
    if scope == ".":
        return f"{namespace}/{name}"
    return name if scope == "*" or not slash else host


def _ended_by(listener: GatewayListener, host: str, known: Mapping[tuple[str, str], Resource]) -> Termination:
    """The TLS that a listener of the Gateway API ends, with a Secret of its own namespace."""
    namespace, _, name = listener.name.partition("/")
    return Termination(
        route_configuration=f"{HTTPS}.{listener.port}.default.{name}.{namespace}",
        credential=f"{_OF_GATEWAY_API}{namespace}/{listener.certificate}",
        namespace=namespace,
        secret=known.get((namespace, listener.certificate)),
        hosts=_names((host,)),
    )


def _names(hosts: Iterable[str]) -> tuple[str, ...]:
    """The names by which callers ask for hosts."""
    return tuple(sorted({host.rpartition("/")[2] for host in hosts}))


def _termination(
    resource: Resource,
    server: Mapping[str, Any],
    hosts: tuple[str, ...],
    gateway: Proxy,
    known: Mapping[tuple[str, str], Resource],
) -> Termination | None:
    port, tls = server["port"], server.get("tls", {})
    if port["protocol"].lower() != HTTPS:
        return None
    credential = tls.get("credentialName", "")
    # A cluster looks beside the gateway's pods alone; but in which namespace a file is applied, the file need not say.
    places = (gateway.namespace, resource.namespace)
    name = credential.removeprefix(_KUBERNETES)
    return Termination(
        route_configuration=f"{HTTPS}.{port['number']}.{port['name']}.{resource.name}.{resource.namespace}",
        credential=credential,
        namespace=gateway.namespace,
        secret=next((known[place, name] for place in places if (place, name) in known), None),
        hosts=_names(hosts),
        minimum=_version(tls, "minProtocolVersion"),
        maximum=_version(tls, "maxProtocolVersion"),
    )


def _version(tls: Mapping[str, Any], field: str) -> str:
    said = tls.get(field, "TLS_AUTO")
    return "" if said == "TLS_AUTO" else f"TLSv{said.removeprefix('TLSV')}"
