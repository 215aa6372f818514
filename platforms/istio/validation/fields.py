"""Names, ports, durations and statuses as Istio's webhook wants them, in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio import durations
from platforms.istio.hosts import is_address

_LABEL = "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
_DNS_LABEL = re.compile(_LABEL)
_WILDCARD_LABEL = re.compile(rf"\*|(?:\*|\*-)?{_LABEL}")
_LONGEST_LABEL = 63
_LONGEST_NAME = 255
_LABEL_KEY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_VALUE = re.compile(r"(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_HIGHEST_PORT = 65535
_MILLISECOND = 10**6


def is_dns_label(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and _DNS_LABEL.fullmatch(text) is not None


def domain(name: str, *, wildcard: bool = True) -> Iterator[str]:
    """The complaints about a domain name, whose first label may be a wildcard."""
    if len(name) > _LONGEST_NAME:
        yield f'domain name "{name}" too long (max 255)'
    elif not name:
        yield "empty domain name not allowed"
    elif not wildcard:
        yield from _labels(name)
    else:
        first, dot, rest = name.partition(".")
        if len(first) > _LONGEST_LABEL or not _WILDCARD_LABEL.fullmatch(first):
            yield f'domain name "{name}" invalid (label "{first}" invalid)'
        elif dot:
            yield from _labels(rest)


def gateway_host(host: str) -> Iterator[str]:
    """The complaints about a host of a Gateway's server, with or without a namespace before it."""
    namespace, slash, name = host.partition("/")
    if not slash:
        yield from _gateway_domain(host)
        return
    if not namespace or not name:
        yield "config namespace and dnsName in host entry cannot be empty"
    if namespace not in ("*", ".") and not is_dns_label(namespace):
        yield f'invalid namespace value "{namespace}" in gateway'
    yield from _gateway_domain(name)


def gateway_references(names: list[str]) -> Iterator[str]:
    """The complaints about the gateways that a VirtualService names."""
    for reference in names:
        namespace, slash, name = reference.partition("/")
        if not slash:
            yield from domain(reference, wildcard=False)
            return  # Istio looks no further
        if not namespace or not name:
            yield "config namespace and gateway name cannot be empty"
        if not is_dns_label(namespace):
            yield f'invalid value for namespace: "{namespace}"'
        if not is_dns_label(name):
            yield f'invalid value for gateway name: "{name}"'


def labels(values: Mapping[str, str]) -> Iterator[str]:
    """The complaints about labels."""
    for key, value in sorted(values.items()):
        if not _LABEL_KEY.fullmatch(key):
            yield f'invalid tag key: "{key}"'
        elif len(key.rpartition("/")[2]) > _LONGEST_LABEL:
            yield f'invalid tag key: "{key}" (name is too long)'
        if not _LABEL_VALUE.fullmatch(value):
            yield f'invalid tag value: "{value}"'


def port(number: int) -> Iterator[str]:
    """The complaints about a port number."""
    if not 1 <= number <= _HIGHEST_PORT:
        yield f"port number {number} must be in the range 1..65535"


def status(code: int) -> Iterator[str]:
    """The complaints about an HTTP status."""
    if not 200 <= code <= 600:  # noqa: PLR2004  # Istio's own bounds, one above its message
        yield f"HTTP status {code} is not in range 200-599"


def duration(text: str) -> Iterator[str]:
    """The complaints about a duration that is one."""
    length = durations.nanoseconds(text) or 0
    if length < _MILLISECOND:
        yield "duration must be greater than 1ms"
    elif length % _MILLISECOND:
        yield "only durations to ms precision are supported"


def exported_to(spec: Mapping[str, Any], namespace: str, *, to_nobody: bool = False) -> Iterator[str]:
    """The complaints about `exportTo`, also beside a `workloadSelector`; `to_nobody` if `~` may stand there."""
    given: set[str] = set()
    for entry in spec.get("exportTo", ()):
        scope = namespace if entry == "." else entry
        if scope in given and entry == ".":
            yield f"duplicate entries in exportTo: . and current namespace {namespace}"
        elif scope in given:
            yield f"duplicate entries in exportTo for entry {entry}"
        elif scope == "~" and to_nobody:
            given.add(scope)
        elif scope == "~":
            yield "exportTo ~ (none) is not allowed for Istio configuration objects"
        elif scope != "*" and not is_dns_label(scope):
            yield "only .,*, or a valid DNS 1123 label is allowed as exportTo entry"
        else:
            given.add(scope)
    if "workloadSelector" in spec and given - {namespace}:
        yield (
            "destination rule with workload selector cannot have multiple entries in exportTo"
            if namespace in given
            else "destination rule with workload selector cannot have exportTo beyond current namespace"
        )
    if "*" in given and len(spec["exportTo"]) > 1:
        yield "cannot have both public (*) and non-public exportTo values for a resource"
    if "~" in given and len(spec["exportTo"]) > 1:
        yield "cannot export service entry to no one (~) and someone"


def _labels(name: str) -> Iterator[str]:
    parts = name.split(".")
    if parts[-1].isascii() and parts[-1].isdigit():
        yield f'domain name "{name}" invalid (top level domain "{parts[-1]}" cannot be all-numeric)'
        return
    for part in parts[:-1] if parts[-1] == "" else parts:
        if not is_dns_label(part):
            yield f'domain name "{name}" invalid (label "{part}" invalid)'
            return


def _gateway_domain(name: str) -> Iterator[str]:
    if name != "*" and "." not in name:
        yield "short names (non FQDN) are not allowed"
    if not is_address(name):
        yield from domain(name)
    if "*" in name and len(name) != 1 and not name.startswith("*."):
        yield f'partial wildcard "{name}" not allowed'
