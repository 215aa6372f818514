"""The complaints of Istio's webhook about a ServiceEntry, in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_interface
from typing import Any

from platforms.istio import hosts
from platforms.istio.service_entries.callees import protocol
from platforms.istio.validation import fields
from platforms.istio.validation.service_entries import endpoints

_HTTP = frozenset({"grpc", "grpc-web", "http", "http_proxy", "http2"})
_TLS = frozenset({"https", "tls"})
_PROTOCOLS = frozenset({"", "tcp", "udp", "mongo", "redis", "mysql", *_HTTP, *_TLS})
_LOOKED_UP = frozenset({"http", "tls", "grpc", "http2"})
"""The protocols by which a wildcard's host is looked up when it is called."""
_NETWORK = re.compile(r"[^/]+/(?:0|[1-9][0-9]*)")


def complaints(spec: Mapping[str, Any], namespace: str) -> Iterator[str]:
    """Everything wrong with the spec of a ServiceEntry."""
    if wrong := list(_selector(spec)):
        yield from wrong
        return  # Istio looks no further
    for host in spec["hosts"]:
        yield from fields.domain(host)
    for address in spec.get("addresses", ()):
        yield from _address(address)
    for port in spec.get("ports", ()):
        if "targetPort" in port:
            yield from fields.port(port["targetPort"])
        if not fields.is_dns_label(port["name"]):
            yield f"invalid port name: {port['name']}"
        if protocol(port) not in _PROTOCOLS:
            yield f"unsupported protocol: {port['protocol']}"
        yield from fields.port(port["number"])
    yield from _resolution(spec)
    by_host = all(protocol(port) in _HTTP | _TLS for port in spec.get("ports", ()))
    if not by_host and spec.get("resolution", "NONE") != "NONE" and len(spec["hosts"]) > 1:
        yield "multiple hosts provided with non-HTTP, non-TLS ports"
    yield from fields.exported_to({"exportTo": spec.get("exportTo", ())}, namespace, to_nobody=True)


def _selector(spec: Mapping[str, Any]) -> Iterator[str]:
    for key, value in spec.get("workloadSelector", {}).get("labels", {}).items():
        if not key:
            yield f'empty key is not supported in selector: "{key}={value}"'
        if "*" in key + value:
            yield f'wildcard is not supported in selector: "{key}={value}"'


def _address(address: str) -> Iterator[str]:
    if address.count("/") == 1:
        try:
            ip_interface(address)
        except ValueError:
            is_network = False
        else:
            is_network = _NETWORK.fullmatch(address) is not None
        if not is_network:
            yield f"{address} is not a valid CIDR block"
    elif not hosts.is_address(address):
        yield f"{address} is not a valid IP"


def _resolution(spec: Mapping[str, Any]) -> Iterator[str]:
    ports = {port["name"] for port in spec.get("ports", ())}
    given = spec.get("endpoints", ())
    match spec.get("resolution", "NONE"):
        case "STATIC":
            for endpoint in given:
                yield from endpoints.static(endpoint, ports)
        case "DNS" | "DNS_ROUND_ROBIN" as resolution:
            if not given:
                yield from _names(spec["hosts"], resolution)
            for endpoint in given:
                yield from endpoints.named(endpoint, ports)
        case "DYNAMIC_DNS":
            yield from _looked_up(spec)


def _names(names: list[str], resolution: str) -> Iterator[str]:
    for name in names:
        for wrong in fields.domain(name, wildcard=False):
            yield (
                "hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode "
                f"{resolution}, {wrong}"
            )
            return


def _looked_up(spec: Mapping[str, Any]) -> Iterator[str]:
    mode = "DYNAMIC_DNS"
    for host in spec["hosts"]:
        if not hosts.is_wildcard(host):
            yield f"host must be wildcarded for resolution mode {mode}"
    if spec.get("addresses"):  # the missing blanks are Istio's
        yield (
            f"addresses cannot be set for resolution type {mode}. HTTP route domains will only be generated"
            "from the hosts field values"
        )
    if spec.get("endpoints"):
        yield (
            f"endpoints cannot be set for resolution type {mode}. Destination IP address determined from hosts"
            "field values"
        )
    for port in spec.get("ports", ()):
        if protocol(port) not in _LOOKED_UP:
            yield f"only HTTP, TLS, GRPC, and HTTP2 protocols are supported for resolution type {mode}"
