"""What Istio's webhook finds wrong with an HTTP route, in its words."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from platforms.istio import durations
from platforms.istio.status_codes import GRPC_STATUS, is_status
from platforms.istio.validation import destination, fields, header_values, http_match, regex

_KILOBYTE = 1024
_CORS_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"})
_RETRY_ON = frozenset(
    {
        "5xx",
        "gateway-error",
        "reset",
        "reset-before-request",
        "connect-failure",
        "retriable-4xx",
        "refused-stream",
        "retriable-status-codes",
        "retriable-headers",
        "envoy-ratelimited",
        "http3-post-connect-failure",
        "cancelled",
        "deadline-exceeded",
        "internal",
        "resource-exhausted",
        "unavailable",
    }
)


def complaints(http: Mapping[str, Any], *, delegate: bool) -> Iterator[str]:
    """Everything wrong with one route of a VirtualService; `delegate`: of one without hosts."""
    yield from _conflicts(http, delegate=delegate)
    for match in http.get("match", ()):
        yield from http_match.complaints(match)
    yield from _header_changes(http.get("headers", {}))
    yield from _cors(http.get("corsPolicy", {}))
    if "fault" in http:
        yield from _fault(http["fault"])
    yield from _mirrors(http)
    yield from _redirect(http)
    yield from _direct_response(http.get("directResponse"))
    yield from _retries(http.get("retries", {}))
    yield from _rewrite(http)
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
    """What cannot stand beside an answer of the proxy's own."""
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


def _fault(fault: Mapping[str, Any]) -> Iterator[str]:
    if not {"abort", "delay"} & set(fault):
        yield "HTTP fault injection must have an abort and/or a delay"
    abort, delay = fault.get("abort", {}), fault.get("delay", {})
    yield from _percentage(abort.get("percentage", {}))
    if "grpcStatus" in abort and abort["grpcStatus"] not in GRPC_STATUS:
        yield (
            f'gRPC status "{abort["grpcStatus"]}" is not supported. See '
            "https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, "
            "for example 'NOT_FOUND'"
        )
    if "http2Error" in abort:
        yield "HTTP/2 abort fault injection not supported yet"
    if "httpStatus" in abort:
        yield from _status(abort["httpStatus"])
    yield from _percentage(delay.get("percentage", {}))
    for field in ("fixedDelay", "exponentialDelay"):
        if field in delay:
            yield from fields.duration(delay[field])
    if "exponentialDelay" in delay:
        yield "exponentialDelay not supported yet"


def _percentage(percentage: Mapping[str, float]) -> Iterator[str]:
    value = percentage.get("value", 0)
    if not (value == 0 or 0.0001 <= value <= 100):  # noqa: PLR2004  # the bounds are in the message
        yield f"percentage {_shown(value)} is neither 0.0, nor in range [0.0001, 100.0]"


def _shown(number: float) -> str:
    """A fraction as Go shows it: with an exponent from a million on."""
    exact = Decimal(repr(float(number))).normalize()
    if -5 < exact.adjusted() < 6:  # noqa: PLR2004  # Go's bounds
        return f"{exact:f}"
    digits, exponent = f"{exact:e}".split("e")
    return f"{digits}e{int(exponent):+03d}"


def _status(status: int) -> Iterator[str]:
    if not 200 <= status <= 600:  # noqa: PLR2004  # Istio's own bounds, one above its message
        yield f"HTTP status {status} is not in range 200-599"


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


def _redirect(http: Mapping[str, Any]) -> Iterator[str]:
    redirect = http.get("redirect")
    if redirect is None:
        return
    paths = [match["uri"] for match in http.get("match", ()) if "uri" in match]
    asked = [field for field in ("uri", "prefixRewrite", "authority", "scheme") if redirect.get(field)]
    code, port = redirect.get("redirectCode", 0), redirect.get("port", 0)
    if {"uri", "prefixRewrite"} <= set(asked):
        yield "redirect may only specify one of uri or prefix_rewrite"
    elif "prefixRewrite" in asked and not all("prefix" in path for path in paths):
        yield "redirect prefix_rewrite requires all URI matches to use prefix match type"
    elif not asked and not {"port", "derivePort"} & set(redirect):
        yield "redirect must specify URI, authority, scheme, or port"
    elif code and not 300 <= code <= 399:  # noqa: PLR2004  # 3xx
        yield f"{code} is not a valid redirect code, must be 3xx"
    elif redirect.get("scheme", "") not in ("", "http", "https"):
        yield 'invalid redirect scheme, must be "http" or "https"'
    elif port:
        yield from fields.port(port)


def _direct_response(response: Mapping[str, Any] | None) -> Iterator[str]:
    if response is None:
        return
    body = response.get("body", {})
    if len(body.get("string", "").encode()) > _KILOBYTE**2 or len(b64decode(body.get("bytes", ""))) > _KILOBYTE**2:
        yield "large direct_responses may impact control plane performance, must be less than 1MB"
    yield from _status((response["status"] + 2**31) % 2**32 - 2**31)  # Istio reads it as a signed number


def _retries(policy: Mapping[str, Any]) -> Iterator[str]:
    attempts = policy.get("attempts", 0)
    if attempts < 0:
        yield "attempts cannot be negative"
    if attempts == 0 and ({"perTryTimeout", "retryRemoteLocalities"} & set(policy) or policy.get("retryOn")):
        yield "http retry policy configured when attempts are set to 0 (disabled)"
    for field in ("perTryTimeout", "backoff"):
        if field in policy:
            yield from fields.duration(policy[field])
    for condition in policy.get("retryOn", "").split(",") if policy.get("retryOn") else ():
        if condition not in _RETRY_ON and not is_status(condition):
            yield f'"{condition}" is not a valid retryOn policy'


def _rewrite(http: Mapping[str, Any]) -> Iterator[str]:
    rewrite = http.get("rewrite", {})
    by_regex = rewrite.get("uriRegexRewrite")
    if rewrite.get("uri") and by_regex is not None:
        yield "rewrite may only contain one of URI or UriRegexRewrite"
    elif "rewrite" in http and not (rewrite.get("uri") or by_regex is not None or rewrite.get("authority")):
        yield (
            "rewrite must specify at least one of URI, UriRegexRewrite, or authority. "
            "Only one of URI or UriRegexRewrite may be specified"
        )
    elif by_regex is not None:
        yield from (f"UriRegexRewrite has errors: {complaint}" for complaint in _regex_rewrite(by_regex))
    yield from _authorities(rewrite.get("authority", ""), http.get("headers", {}).get("request", {}))


def _regex_rewrite(rewrite: Mapping[str, str]) -> Iterator[str]:
    if not (rewrite.get("match") and rewrite.get("rewrite")):
        yield "UriRegexRewrite requires both Rewrite and Match fields to be specified"
    elif complaint := regex.complaint(rewrite["match"], "HTTPRewrite.UriRegexRewrite.Match"):
        yield complaint


def _authorities(authority: str, request: Mapping[str, Any]) -> Iterator[str]:
    for verb in ("set", "add"):
        for name, value in sorted(request.get(verb, {}).items()):
            if name.lower() in (":authority", "host"):
                if authority:
                    yield (
                        f'authority header cannot be set multiple times: have "{authority}", '
                        f'attempting to set "{value}"'
                    )
                    return
                authority = value
