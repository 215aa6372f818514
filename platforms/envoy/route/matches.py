"""An HTTP match of a VirtualService as the route match of Envoy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio.gateway_names import gateway_name
from platforms.istio.registry import Proxy

CATCH_ALL: Mapping[str, Any] = {"prefix": "/"}


def concerns(match: Mapping[str, Any], proxy: Proxy, *, gateway: str, port: int, namespace: str) -> bool:
    """Tell whether a match, written in `namespace`, can hold for calls that `proxy` takes at `gateway` on `port`."""
    if match.get("port", 0) not in (0, port):
        return False
    if match.get("gateways"):  # then it is not asked for the caller's labels
        return gateway in {gateway_name(name, namespace) for name in match["gateways"]}
    if not match.get("sourceLabels", {}).items() <= proxy.labels.items():
        return False
    return match.get("sourceNamespace", "") in ("", proxy.namespace)


def envoy(match: Mapping[str, Any] | None, *, whole_segments: bool = False) -> dict[str, Any]:
    """Envoy's route match; without a match everything is one.

    With `whole_segments` a prefix ends where a part of the path does: `/book` is none of `/books`.
    """
    if match is None:
        return dict(CATCH_ALL)
    translated = _path(match.get("uri") or {})
    if whole_segments and translated.get("prefix", "/") != "/":
        translated = {"pathSeparatedPrefix": translated["prefix"].removesuffix("/")}
    translated["caseSensitive"] = not match.get("ignoreUriCase", False)
    if headers := [*sorted(_headers(match), key=lambda header: str(header["name"])), *_pseudo_headers(match)]:
        translated["headers"] = headers
    if parameters := [_named(name, text) for name, text in sorted(match.get("queryParams", {}).items())]:
        translated["queryParameters"] = parameters
    return translated


def is_catch_all(match: Mapping[str, Any]) -> bool:
    """Tell whether no request gets past this route match."""
    everything = match.get("prefix") == "/" or match.get("safeRegex") == {"regex": ".*"}
    return everything and not match.get("headers") and not match.get("queryParameters")


def text_match(text: Mapping[str, Any]) -> dict[str, Any]:
    """A StringMatch of Istio as Envoy's; it has exactly one kind."""
    ((kind, value),) = text.items()
    return {"safeRegex": {"regex": value}} if kind == "regex" else {kind: value}


def _path(uri: Mapping[str, Any]) -> dict[str, Any]:
    if not uri:
        return dict(CATCH_ALL)
    if "exact" in uri:
        return {"path": uri["exact"]}
    return text_match(uri)


def _headers(match: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, text in match.get("headers", {}).items():
        yield _named(name, text)
    for name, text in match.get("withoutHeaders", {}).items():
        header = {**_named(name, text), "invertMatch": True}
        if not _is_presence(text):
            # An absent header is "not this value" too.
            header["treatMissingHeaderAsEmpty"] = True
        yield header


def _pseudo_headers(match: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for field in ("method", "authority", "scheme"):
        if field in match:
            yield _named(f":{field}", match[field])


def _named(name: str, text: Mapping[str, Any] | None) -> dict[str, Any]:
    if not text or _is_presence(text):
        return {"name": name, "presentMatch": True}
    return {"name": name, "stringMatch": text_match(text)}


def _is_presence(text: Mapping[str, Any] | None) -> bool:
    """Tell whether any value will do: `{}`, and the regex `*`, which Istio takes for that."""
    return not text or text == {"regex": "*"}
