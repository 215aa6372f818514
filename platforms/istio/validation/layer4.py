"""The complaints of Istio's webhook about the TCP and TLS routes of a VirtualService, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from platforms.istio import hosts
from platforms.istio.validation import destination, fields

_OF_ISTIOD = "outbound_"
"""What a name begins with that istiod makes of a cluster, for gateways between networks."""


def complaints(spec: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with the `tls` and the `tcp` of a VirtualService."""
    for route in spec.get("tls", ()):
        if not route["match"]:
            yield "TLS route must have at least one match condition"
        for match in route["match"]:
            if not match["sniHosts"]:
                yield "TLS match must have at least one SNI host"
            for name in match["sniHosts"]:
                yield from _server_name(name, spec.get("hosts", []))
            yield from _match(match)
        yield from _destinations(route, "TLS")
    for route in spec.get("tcp", ()):
        for match in route.get("match", ()):
            yield from _match(match)
        yield from _destinations(route, "TCP")


def _server_name(name: str, names: list[str]) -> Iterator[str]:
    if hosts.is_address(name):
        return  # Istio only warns of it
    wrong = [] if name.startswith(_OF_ISTIOD) else list(fields.domain(name))
    yield from wrong
    if not wrong and not any(hosts.matches(one, name) for one in names):
        yield (
            f'SNI host "{name}" is not a compatible subset of any of the virtual service hosts: [{", ".join(names)}]'
        )


def _match(match: Mapping[str, Any]) -> Iterator[str]:
    for subnet in match.get("destinationSubnets", ()):
        if "/" not in subnet and not hosts.is_address(subnet):
            yield f"{subnet} is not a valid IP"
        elif not _is_subnet(subnet):
            yield f"{subnet} is not a valid {'CIDR block' if subnet.count('/') == 1 else 'IP'}"
    if match.get("port"):
        yield from fields.port(match["port"])
    yield from fields.labels(match.get("sourceLabels", {}))
    yield from fields.gateway_references(match.get("gateways", []))


def _is_subnet(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _destinations(route: Mapping[str, Any], protocol: str) -> Iterator[str]:
    if not route.get("route"):
        yield f"{protocol} route is required"
    yield from destination.weighted(route.get("route", ()))
