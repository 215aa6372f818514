"""What a value of a rule matches, as Envoy's matchers: texts, headers, paths and ranges of addresses."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

from platforms.istio.validation.security import values

_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_TEMPLATE = "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"


def quoted(text: str) -> str:
    """The expression that matches a text and nothing else."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def regex(expression: str) -> dict[str, Any]:
    return {"safeRegex": {"regex": expression}}


def text(value: str) -> dict[str, Any]:
    """The match of a value with a wildcard before it, behind it, or instead of it."""
    return regex(".+") if value == "*" else _glob(value)


def principal(value: str) -> dict[str, Any]:
    """The match of an identity in a certificate, which the value names without its scheme."""
    if value == "*":
        return regex(".+")
    if value.startswith("*"):
        return regex(f"spiffe://.*{quoted(value[1:])}")
    return _glob(f"spiffe://{value}")


def header(name: str, value: str, *, ignore_case: bool = False) -> dict[str, Any]:
    """The match of a header; a wildcard alone takes the empty value too."""
    if value == "*":
        return {"name": name, "presentMatch": True}
    return {"name": name, "stringMatch": {**_glob(value), **({"ignoreCase": True} if ignore_case else {})}}


def path(value: str) -> dict[str, Any]:
    """The permission to ask for a path, without its query."""
    if not values.is_template(value):
        return {"urlPath": {"path": text(value)}}
    template = value.replace(values.MATCH_ONE, "*").replace(values.MATCH_ANY, "**")
    return {"uriTemplate": {"name": "uri-template", "typedConfig": {"@type": _TEMPLATE, "pathTemplate": template}}}


def addresses(value: str) -> dict[str, Any]:
    """A range of addresses, or the one that is named."""
    address, _, bits = value.partition("/")
    known = ip_address(address.partition("%")[0])
    return {"addressPrefix": str(known), "prefixLen": int(bits) if bits else known.max_prefixlen}


def _glob(value: str) -> dict[str, Any]:
    if value.startswith("*"):
        return {"suffix": value[1:]}
    return {"prefix": value[:-1]} if value.endswith("*") else {"exact": value}
