"""Whoever a mesh can call: its Services, and the hosts that ServiceEntries add to them, each on its ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from platforms.istio import hosts
from platforms.istio.registry import Proxy, Registry, identity
from platforms.istio.resources import Resource
from platforms.istio.visibility import visible_in

_HTTP = frozenset({"http", "http2", "grpc", "grpc-web", "http_proxy"})
_HTTP2 = frozenset({"http2", "grpc", "grpc-web"})
_UDP = "udp"
_TLS_MODE = "security.istio.io/tlsMode"
_MUTUAL = "istio"


class Resolution(StrEnum):
    """The way to the endpoints of a host."""

    NONE = "NONE"
    STATIC = "STATIC"
    DNS = "DNS"
    DNS_ROUND_ROBIN = "DNS_ROUND_ROBIN"
    DYNAMIC_DNS = "DYNAMIC_DNS"


_LOOKED_UP = frozenset({Resolution.DNS, Resolution.DNS_ROUND_ROBIN})


@dataclass(frozen=True, slots=True)
class CalleePort:
    """One port of a host, as its callers know it."""

    number: int
    name: str = "http"
    protocol: str = "http"
    """In lower case; empty where nobody says what is spoken there."""
    target: int = 0
    """The port of an endpoint that names none of its own."""

    @property
    def is_http(self) -> bool:
        """Tell whether requests are routed there; where the protocol is not said, Istio looks."""
        return not self.protocol or self.protocol in _HTTP

    @property
    def is_http2(self) -> bool:
        return self.protocol in _HTTP2


@dataclass(frozen=True, slots=True)
class EntryEndpoint:
    """One place behind a host of a ServiceEntry."""

    address: str
    """An IP address, or a name for DNS."""
    ports: Mapping[str, int]
    labels: Mapping[str, str]
    weight: int
    takes_mutual: bool

    def port(self, of: CalleePort) -> int:
        """The port on which it answers for one of the host's."""
        return self.ports.get(of.name) or of.target or of.number


@dataclass(frozen=True, slots=True)
class Callee:
    """A host that calls may be led to."""

    host: str
    namespace: str
    """Of the Service or the ServiceEntry."""
    ports: tuple[CalleePort, ...]
    addresses: tuple[str, ...]
    """By which it is called too."""
    visible_in: frozenset[str]
    identities: tuple[str, ...]
    """The names that are believed when it proves who it is."""
    is_external: bool = False
    """Whether it is called in plain text unless a DestinationRule says otherwise, for nobody of the mesh is there."""
    resolution: Resolution = Resolution.STATIC
    endpoints: tuple[EntryEndpoint, ...] | None = None
    """None for a Service, behind which there are workloads."""

    def port(self, number: int) -> CalleePort | None:
        """The port of this number, if there is one."""
        return next((one for one in self.ports if one.number == number), None)

    @property
    def asks_dns(self) -> bool:
        """Tell whether its endpoints are names that are looked up."""
        return self.resolution in _LOOKED_UP

    def is_visible(self, caller: str) -> bool:
        """Tell whether the proxies of a namespace know it."""
        return bool(self.visible_in & {"*", caller})

    def names(self, caller: str) -> tuple[str, ...]:
        """Every name by which a workload of a namespace may call it, its own first, and its addresses."""
        host = self.host.lower()
        return (host, f"{host}.", *hosts.shortened(host, caller), *self.addresses)


@dataclass(frozen=True, slots=True)
class Destination:
    """One port of whoever is called, or a subset of those behind it."""

    callee: Callee
    port: CalleePort
    subset: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What those of the subset have."""

    @property
    def endpoints(self) -> tuple[EntryEndpoint, ...]:
        """Those of the callee's own that the labels select."""
        return tuple(one for one in self.callee.endpoints or () if self.labels.items() <= one.labels.items())

    @property
    def cluster(self) -> str:
        """The name of its cluster."""
        return hosts.cluster(self.callee.host, port=self.port.number, subset=self.subset)

    @property
    def sni(self) -> str:
        """The name by which a client of mutual TLS says that it means this one."""
        return hosts.sni(self.callee.host, port=self.port.number, subset=self.subset)


def callees(registry: Registry, ordered: Iterable[Resource]) -> tuple[Callee, ...]:
    """Return the Services of the registry, then the hosts of the ServiceEntries among these objects, the older before the younger."""
    entries = (one for resource in ordered if resource.kind == "ServiceEntry" for one in _of_entry(resource, registry))
    return (*_services(registry), *entries)


def protocol(port: Mapping[str, Any]) -> str:
    """The protocol of a ServiceEntry's port; case does not matter."""
    said: str = port.get("protocol", "")
    return said.lower()


def _services(registry: Registry) -> Iterator[Callee]:
    for host, address in registry.hosts.items():
        ports = (CalleePort(registry.port),)
        yield Callee(host, registry.namespace, ports, (address,), frozenset("*"), registry.identities(host))


def _of_entry(entry: Resource, registry: Registry) -> Iterator[Callee]:
    spec = entry.spec
    ports = tuple(
        CalleePort(one["number"], one["name"], protocol(one), one.get("targetPort", 0))
        for one in spec.get("ports", ())
        if protocol(one) != _UDP
    )
    resolution = Resolution(spec.get("resolution", "NONE"))
    given = tuple(_endpoint(one) for one in spec.get("endpoints", ()))
    # Where the workloads are, a cluster knows.
    selected = tuple(EntryEndpoint("", {}, one.labels, 1, takes_mutual=True) for one in _selected(entry, registry))
    identities = {*spec.get("subjectAltNames", ()), *_identities(entry, registry)}
    for host in dict.fromkeys(spec["hosts"]):
        itself = (EntryEndpoint(host, {}, {}, 1, takes_mutual=False),)
        yield Callee(
            host,
            entry.namespace,
            ports,
            tuple(map(_address, spec.get("addresses", ()))),
            visible_in(tuple(spec.get("exportTo", ())), entry.namespace),
            tuple(sorted(identities)),
            is_external=spec.get("location", "MESH_EXTERNAL") == "MESH_EXTERNAL",
            resolution=resolution,
            endpoints=given or (itself if resolution in _LOOKED_UP and "workloadSelector" not in spec else selected),
        )


def _identities(entry: Resource, registry: Registry) -> Iterator[str]:
    """The names of those behind it, as far as they have one: its endpoints, or the workloads that it selects."""
    for one in entry.spec.get("endpoints", ()):
        if one.get("serviceAccount"):
            yield identity(entry.namespace, one["serviceAccount"])
    yield from (proxy.identity for proxy in _selected(entry, registry))


def _selected(entry: Resource, registry: Registry) -> list[Proxy]:
    """The workloads of its namespace that it selects, by their proxies."""
    if "workloadSelector" not in entry.spec:
        return []
    labels = entry.spec["workloadSelector"].get("labels", {})
    return [
        one for one in registry.proxies if one.namespace == entry.namespace and labels.items() <= one.labels.items()
    ]


def _endpoint(given: Mapping[str, Any]) -> EntryEndpoint:
    labels = given.get("labels", {})
    mode = labels.get(_TLS_MODE, _MUTUAL if given.get("serviceAccount") else "")
    return EntryEndpoint(
        given.get("address", ""), given.get("ports", {}), labels, given.get("weight") or 1, takes_mutual=mode == _MUTUAL
    )


def _address(given: str) -> str:
    """An address as the host of a URL; a network of one is one."""
    return f"[{given.removesuffix('/128')}]" if ":" in given else given.removesuffix("/32")
