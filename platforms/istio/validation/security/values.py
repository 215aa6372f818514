"""The values that an authorization rule compares with: the complaints of Istio's webhook about them, in its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address

Values = Sequence[str]

MATCH_ONE, MATCH_ANY = "{*}", "{**}"
"""The wildcards of a path template: one segment of a path, and the rest of it."""

_HIGHEST_PORT = 65535
_END_OF_UINT32 = 2**32
_LITERAL = re.compile(r"[a-zA-Z0-9\-._~%!$&'()+,;:@=]+")
_BITS = re.compile("[0-9]|[1-9][0-9]*")
_DIGITS = re.compile("[0-9]+")
_KEY = re.compile(r"[^\[]+\[.+\]", re.DOTALL)
_MOST_ACCOUNTS = 16
_LONGEST_ACCOUNT = 320
_ACCOUNT_FORMAT = "expected format 'serviceAccount' or 'namespace/serviceAccount', found"


def empty(name: str, values: Values) -> Iterator[str]:
    """The complaint about a value that is empty, once for all of them."""
    if "" in values:
        yield f"empty value not allowed, found in {name}"


def addresses(values: Values) -> Iterator[str]:
    """The complaints about IP addresses and ranges of them."""
    for value in values:
        address, slash, bits = value.rpartition("/")
        if not slash:
            if not _is_address(value):
                yield f"bad IP address ({value})"
        elif reason := _range(address, bits):
            yield f'bad CIDR range ({value}): netip.ParsePrefix("{value}"): {reason}'


def ports(values: Values) -> Iterator[str]:
    """The complaints about port numbers, which are texts here."""
    for value in values:
        if not _DIGITS.fullmatch(value):
            yield f'bad port ({value}): strconv.ParseUint: parsing "{value}": invalid syntax'
        elif int(value) >= _END_OF_UINT32:
            yield f'bad port ({value}): strconv.ParseUint: parsing "{value}": value out of range'
        elif int(value) > _HIGHEST_PORT:
            yield f"bad port ({value}): <nil>"


def service_accounts(name: str, values: Values) -> Iterator[str]:
    """The complaint about the first service account that is none."""
    if len(values) > _MOST_ACCOUNTS:
        yield f"may not have more than {_MOST_ACCOUNTS} values"
    elif reason := next(filter(None, (_account(name, value) for value in values)), None):
        yield reason


def wildcards(name: str, values: Values) -> Iterator[str]:
    """The complaint about values whose wildcard stands neither first nor last."""
    if "" in values:
        yield from empty(name, values)
    elif reason := next(filter(None, (_wildcard(name, value) for value in values)), None):
        yield reason


def trust_domains(name: str, values: Values) -> Iterator[str]:
    """The complaint about the first trust domain that is none."""
    if complaints := list(wildcards(name, values)):
        yield from complaints
    elif wrong := next((value for value in values if "/" in value), None):
        yield f"trust domain must not contain '/', found in {name}: \"{wrong}\""


def paths(name: str, values: Values) -> Iterator[str]:
    """The complaint about the first path whose template Envoy could not read."""
    if reason := next(filter(None, (_template(name, value) for value in values)), None):
        yield reason


def is_template(path: str) -> bool:
    return MATCH_ONE in path or MATCH_ANY in path


def attribute(key: str, values: Values) -> Iterator[str]:
    """The complaint about the values of a condition, or about its key."""
    if "" in values:
        yield from empty(key, values)
    elif key.startswith(_NAMED):
        if not _KEY.fullmatch(key):
            yield f"bad key ({key}): should have format a[b]"
    elif key in _CHECKED:
        yield from _CHECKED[key](key, values)
    elif key == "destination.namespace":
        yield f"attribute {key} is replaced by the metadata.namespace"
    elif key.startswith("destination.labels"):
        yield f"attribute {key} is replaced by the workload selector"
    elif key in ("destination.name", "destination.user"):
        yield f"deprecated attribute {key}: only supported in v1alpha1"
    elif key not in _FREE:
        yield f"unknown attribute: {key}"


def _all(check: Callable[[Values], Iterator[str]]) -> Callable[[str, Values], Iterator[str]]:
    """A check whose complaints, of which there may be several, are told as one."""

    def told(_: str, values: Values) -> Iterator[str]:
        if complaints := list(check(values)):
            yield ", ".join(complaints)

    return told


_NAMED = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")
_CHECKED: Mapping[str, Callable[[str, Values], Iterator[str]]] = {
    "source.ip": _all(addresses),
    "remote.ip": _all(addresses),
    "destination.ip": _all(addresses),
    "destination.port": _all(ports),
    "source.serviceAccount": service_accounts,
    "source.trustDomain": wildcards,
}
_FREE = frozenset(
    {
        "source.namespace",
        "source.principal",
        "connection.sni",
        "request.auth.principal",
        "request.auth.audiences",
        "request.auth.presenter",
    }
)


def _is_address(text: str) -> bool:
    try:
        IPv6Address(text) if ":" in text else IPv4Address(text)
    except AddressValueError:
        return False
    return True


def _range(address: str, bits: str) -> str | None:
    """Go's reason why this is no range of addresses, if it is none."""
    if not _is_address(address):
        return f'ParseAddr("{address}"): {_no_address(address)}'
    if "%" in address:
        return "IPv6 zones cannot be present in a prefix"
    if not _BITS.fullmatch(bits):
        return f'bad bits after slash: "{bits}"'
    longest = IPv6Address(address).max_prefixlen if ":" in address else IPv4Address(address).max_prefixlen
    return "prefix length out of range" if int(bits) > longest else None


def _no_address(text: str) -> str:
    """Go's reason, of the commonest mistakes."""
    if ":" in text or not text.count("."):
        return "unable to parse IP"
    fields = text.split(".")
    if "" in fields:
        return f'IPv4 field must have at least one digit (at "{text[text.find("..") :]}")'
    if any(_DIGITS.fullmatch(field) and int(field) > 255 for field in fields):  # noqa: PLR2004  # of a byte
        return "IPv4 field has value >255"
    return "IPv4 address too short" if len(fields) < 4 else "IPv4 address too long"  # noqa: PLR2004  # of an address


def _account(name: str, value: str) -> str | None:
    namespace, slash, account = value.rpartition("/")
    if not value:
        return f"empty value not allowed, found in {name}"
    if "*" in value:
        return f"wildcard not allowed, found in {name}"
    if "/" in namespace:
        return f'{_ACCOUNT_FORMAT} "{value}" in {name}'
    if len(value.encode()) > _LONGEST_ACCOUNT:
        return f'value cannot exceed {_LONGEST_ACCOUNT} characters, found "{value}" in {name}'
    if slash and not namespace:
        return f'{_ACCOUNT_FORMAT} empty namespace "{value}" in {name}'
    return None if account else f'{_ACCOUNT_FORMAT} empty serviceAccount "{value}" in {name}'


def _wildcard(name: str, value: str) -> str | None:
    if value.count("*") > 1:
        return f'at most one wildcard is allowed, found in {name}: "{value}"'
    if "*" in value.removeprefix("*").removesuffix("*"):
        return f'wildcard is only allowed at the start or end, found in {name}: "{value}"'
    return None


def _template(name: str, value: str) -> str | None:
    trimmed, any_seen = value.strip("/"), False
    said = f"invalid or unsupported path {trimmed}, found in {name}."
    for segment in trimmed.split("/"):
        if segment in (MATCH_ONE, MATCH_ANY):
            if any_seen:
                return f"{said} {MATCH_ANY} is not the last operator"
            any_seen = segment == MATCH_ANY
        elif "{" in segment or "}" in segment:
            return f"{said} Contains '{{' or '}}' beyond a supported path template"
        elif is_template(value) and not _LITERAL.fullmatch(segment):
            return f"{said} Contains segment {segment} with invalid string literal"
    return None
