"""The remarks on ServiceEntries: the webhook's warnings, and what `istioctl analyze` adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from platforms.istio.analysis.message import Finding, schema_warning
from platforms.istio.resources import Resource
from platforms.istio.service_entries.callees import protocol

_SAME_AS_TCP = frozenset({"tcp", "https", "tls", "mongo", "redis", "mysql"})


def warnings(entry: Resource) -> Iterator[Finding]:
    """The webhook's warnings of one ServiceEntry."""
    yield from (schema_warning(entry, told) for told in dict.fromkeys(_warnings(entry)))


def findings(entry: Resource) -> Iterator[Finding]:
    """The remarks of `istioctl analyze` besides."""
    if "addresses" not in entry.spec:
        for port in entry.spec.get("ports", ()):
            if protocol(port) in ("", "tcp"):
                message = "ServiceEntry addresses are required for this protocol."
                yield Finding("IST0134", "Warning", message, str(entry))


def _warnings(entry: Resource) -> Iterator[str]:
    spec = entry.spec
    if "workloadSelector" in spec and not spec["workloadSelector"].get("labels"):
        yield (
            "service entry: workload selector specified without labels, will be applied to all services in namespace"
        )
    resolution = spec.get("resolution", "NONE")
    for host in spec["hosts"]:
        if resolution != "DYNAMIC_DNS" and "*" in host and not host.startswith("*."):
            yield f'partial wildcard "{host}" not allowed'
    yield from _OF_RESOLUTION.get(resolution, _none)(spec)


def _none(_: Mapping[str, Any]) -> Iterator[str]:
    return iter(())


def _without_resolution(spec: Mapping[str, Any]) -> Iterator[str]:
    ports = spec.get("ports", ())
    if not spec.get("addresses") and any(port.get("protocol", "") in ("", "TCP") for port in ports):
        yield "addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled"
    if "workloadSelector" in spec:
        yield "workloadSelector should not be set when resolution mode is NONE"


def _static(spec: Mapping[str, Any]) -> Iterator[str]:
    for one in spec.get("endpoints", ()):
        if not one.get("address") and one.get("network"):
            yield f'address is unset with network "{one["network"]}"'


def _by_name(spec: Mapping[str, Any]) -> Iterator[str]:
    has_tcp = any(protocol(port) in _SAME_AS_TCP for port in spec.get("ports", ()))
    if has_tcp and spec.get("addresses") and len(spec["hosts"]) > 1:
        yield "service entry can not have more than one host specified simultaneously with address and tcp port"


_OF_RESOLUTION: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "NONE": _without_resolution,
    "STATIC": _static,
    "DNS": _by_name,
    "DNS_ROUND_ROBIN": _by_name,
}
