"""The complaints of Istio's webhook about a match of an HTTP route, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio.validation import fields, header_values, regex

_PSEUDO_HEADERS = frozenset({":method", ":scheme", ":authority", ":path", ":status"})
_CLAIM = ("@request.auth.claims.", "@request.auth.claims[")


def complaints(match: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with one match."""
    for name, text in sorted(match.get("headers", {}).items()):
        yield from _header_name(name)
        yield from _text_match(text, "headers")
    for name, text in sorted(match.get("withoutHeaders", {}).items()):
        yield from _header_name(name)
        if text.get("regex") != "*":  # taken for "any value"
            yield from _text_match(text, "withoutHeaders")
    yield from regular_expression(match.get("uri", {}), "uri")  # an empty prefix is one
    for field in ("scheme", "method", "authority"):
        yield from _text_match(match.get(field, {}), field)
    for _, text in sorted(match.get("queryParams", {}).items()):
        yield from _text_match(text, "queryParams")
    if match.get("port"):
        yield from fields.port(match["port"])
    yield from fields.labels(match.get("sourceLabels", {}))
    yield from fields.gateway_references(match.get("gateways", []))
    namespace = match.get("sourceNamespace", "")
    if namespace and not fields.is_dns_label(namespace):
        yield f"sourceNamespace match {namespace} is invalid"


def _text_match(text: Mapping[str, str], where: str) -> Iterator[str]:
    if text.get("prefix") == "":
        yield f'"{where}": prefix string match should not be empty'
    yield from regular_expression(text, where)


def regular_expression(text: Mapping[str, str], where: str) -> Iterator[str]:
    """The complaints about the regular expression of a StringMatch, if it has one."""
    if "regex" not in text:
        return
    if not text["regex"]:
        yield f'"{where}": regex string match should not be empty'
    elif complaint := regex.complaint(text["regex"], where):
        yield complaint


def is_claim(name: str) -> bool:
    """Tell whether a header of a match means a claim of a token, not a header."""
    return name.lower().startswith(_CLAIM)


def _header_name(name: str) -> Iterator[str]:
    if not name:
        yield "header name cannot be empty"
    elif not is_claim(name) and name not in _PSEUDO_HEADERS and not header_values.is_name(name):
        yield f"header name {name} is not a valid header name"
