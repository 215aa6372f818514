"""The complaints of Istio's webhook about an HTTP route, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio import durations
from platforms.istio.validation import destination, fields, header_values, http_answer, http_failures, http_match

_CORS_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"})


def complaints(http: Mapping[str, Any], *, delegate: bool) -> Iterator[str]:
    """Everything wrong with one route of a VirtualService; `delegate`: of one without hosts."""
    yield from _conflicts(http, delegate=delegate)
    for match in http.get("match", ()):
        yield from http_match.complaints(match)
    yield from _header_changes(http.get("headers", {}))
    yield from _cors(http.get("corsPolicy", {}))
    if "fault" in http:
        yield from http_failures.fault(http["fault"])
    yield from _mirrors(http)
    yield from http_answer.redirect(http)
    yield from http_answer.direct_response(http.get("directResponse"))
    yield from http_failures.retries(http.get("retries", {}))
    yield from http_answer.rewrite(http)
    for one in http.get("route", ()):
        yield from _header_changes(one.get("headers", {}))
    yield from destination.weighted(http.get("route", ()))
    if "timeout" in http:
        yield from fields.duration(http["timeout"])


def _conflicts(http: Mapping[str, Any], *, delegate: bool) -> Iterator[str]:
    if "delegate" in http and not delegate:
        name = http.get("name", "")
        yield from (
            f"root HTTP route {name} must not specify {field}"
            for field in ("redirect", "route")
            if http.get(field, []) != []  # to Go an empty list is none
        )
        return
    if "delegate" in http:
        yield "delegate HTTP route cannot contain delegate"
    if "redirect" in http:
        yield from _beside(http, "redirect")
        if "directResponse" in http:
            yield "HTTP route rule cannot contain both direct_response and redirect"
    elif "directResponse" in http:
        yield from _beside(http, "direct_response")
    elif not http.get("route"):
        yield "HTTP route, redirect or direct_response is required"
    if "mirror" in http and http.get("mirrors"):
        yield "HTTP route cannot contain both mirror and mirrors"


def _beside(http: Mapping[str, Any], answer: str) -> Iterator[str]:
    """The fields that cannot stand beside an answer of the proxy's own."""
    if http.get("route"):
        yield f"HTTP route cannot contain both route and {answer}"
    if "fault" in http:
        yield f"HTTP route cannot contain both fault and {answer}"
    if "rewrite" in http:
        yield f"HTTP route rule cannot contain both rewrite and {answer}"


def _header_changes(headers: Mapping[str, Any]) -> Iterator[str]:
    request, response = headers.get("request", {}), headers.get("response", {})
    for operations, is_request in ((request, True), (response, False)):
        for verb in ("add", "set"):
            for name, value in sorted(operations.get(verb, {}).items()):
                yield from header_values.name_complaints(name, may_be_host=is_request)
                yield from header_values.value_complaints(value)
        for name in operations.get("remove", ()):
            yield from header_values.name_complaints(name, may_be_host=False)


def _cors(policy: Mapping[str, Any]) -> Iterator[str]:
    for origin in policy.get("allowOrigins", ()):
        if not "".join(origin.values()):
            yield "'' is not a valid match type for CORS allow origins"
        else:
            yield from http_match.regular_expression(origin, "corsPolicy.allowOrigins")
    for method in policy.get("allowMethods", ()):
        if method not in _CORS_METHODS:
            yield f'"{method}" is not a supported HTTP method'
    for name in (*policy.get("allowHeaders", ()), *policy.get("exposeHeaders", ())):
        if not name:
            yield "header name cannot be empty"
        elif name != "*" and not header_values.is_name(name):
            yield f"header name {name} is not a valid header name"
    if "maxAge" in policy:
        yield from fields.duration(policy["maxAge"])
        if (durations.nanoseconds(policy["maxAge"]) or 0) % 10**9:
            yield "max_age duration is accurate only to seconds precision"


def _mirrors(http: Mapping[str, Any]) -> Iterator[str]:
    whole = http.get("mirrorPercent", http.get("mirror_percent", 0))  # a field of two names
    if whole > 100:  # noqa: PLR2004  # percent
        yield f"mirror_percent must have a max value of 100 (it has {whole})"
    yield from _share(http.get("mirrorPercentage", {}), "mirror_percentage")
    if "mirror" in http:
        yield from destination.complaints(http["mirror"])
    for mirror in http.get("mirrors", ()):
        yield from destination.complaints(mirror["destination"])
        yield from _share(mirror.get("percentage", {}), "mirror percentage")


def _share(percentage: Mapping[str, float], named: str) -> Iterator[str]:
    value = percentage.get("value", 0)
    if value > 100:  # noqa: PLR2004  # percent
        yield f"{named} must have a max value of 100 (it has {value:f})"
    if value < 0:
        yield f"{named} must have a min value of 0 (it has {value:f})"
