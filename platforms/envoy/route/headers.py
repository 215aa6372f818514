"""Header changes of a VirtualService as Envoy's, the same for a route and for one destination of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_AUTHORITY = frozenset({":authority", "host"})


def changes(headers: Mapping[str, Any] | None) -> dict[str, Any]:
    """Envoy's fields for `headers`: what is set first, then what is added, then what is removed."""
    translated: dict[str, Any] = {}
    for side in ("request", "response"):
        operations = (headers or {}).get(side, {})
        if added := [*_put(operations.get("set", {}), overwrite=True), *_put(operations.get("add", {}))]:
            translated[f"{side}HeadersToAdd"] = added
        if operations.get("remove"):
            translated[f"{side}HeadersToRemove"] = operations["remove"]
    return translated


def authority(headers: Mapping[str, Any] | None) -> str:
    """The Host that the request is to carry; Istio writes it as a header, Envoy has a field of its own for it."""
    request = (headers or {}).get("request", {})
    return next((value for verb in ("set", "add") for value in _authorities(request.get(verb, {}))), "")


def joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of a route followed by those of its only destination."""
    return {field: [*one.get(field, ()), *other.get(field, ())] for field in dict.fromkeys((*one, *other))}


def _put(values: Mapping[str, str], *, overwrite: bool = False) -> Iterator[dict[str, Any]]:
    for key, value in sorted(values.items()):
        if not _is_internal(key):
            # protobuf JSON leaves an empty text out
            option: dict[str, Any] = {"header": {"key": key, "value": value} if value else {"key": key}}
            yield {**option, "appendAction": "OVERWRITE_IF_EXISTS_OR_ADD"} if overwrite else option


def _authorities(values: Mapping[str, str]) -> Iterable[str]:
    return (value for key, value in sorted(values.items()) if key.lower() in _AUTHORITY and value)


def _is_internal(name: str) -> bool:
    return name.startswith(":") or name.lower() == "host"
