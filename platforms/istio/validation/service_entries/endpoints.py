"""The complaints of Istio's webhook about the endpoints of a ServiceEntry, in its words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from platforms.istio import hosts
from platforms.istio.validation import fields

SOCKET = "unix://"


def static(endpoint: Mapping[str, Any], ports: Collection[str]) -> Iterator[str]:
    """Everything wrong with an endpoint that is to have an address; `ports` are the names of the entry's."""
    address = endpoint.get("address", "")
    is_socket = address.startswith(SOCKET)
    if not address and not endpoint.get("network"):
        yield "address is required"
        return
    if address and not is_socket and not hosts.is_address(address):
        yield f'endpoint address "{address}" is not a valid IP address'
    yield from _ports(endpoint, ports)
    yield from fields.labels(endpoint.get("labels", {}))
    if is_socket and len(ports) != 1:
        yield "exactly 1 service port required for unix endpoints"


def named(endpoint: Mapping[str, Any], ports: Collection[str]) -> Iterator[str]:
    """Everything wrong with an endpoint that DNS is to be asked for."""
    address = endpoint.get("address", "")
    if not hosts.is_address(address) and any(fields.domain(address, wildcard=False)):
        yield f'endpoint address "{address}" is not a valid FQDN or an IP address'
    yield from fields.labels(endpoint.get("labels", {}))
    yield from _ports(endpoint, ports)


def _ports(endpoint: Mapping[str, Any], ports: Collection[str]) -> Iterator[str]:
    for name, number in endpoint.get("ports", {}).items():
        if name not in ports:
            yield f"endpoint port {number} is not defined by the service entry"
        if not fields.is_dns_label(name):
            yield f"invalid port name: {name}"
        yield from fields.port(number)
