"""Which headers of a request go on to the backends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from productpage.enduser import header_value

# A tracing system joins the calls of one page only if every service passes its headers on.
FORWARDED = (
    "x-request-id",
    # B3, as Envoy and Zipkin write it
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    # Lightstep, Datadog, W3C Trace Context, Google Cloud, OpenCensus, SkyWalking
    "x-ot-span-context",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "traceparent",
    "tracestate",
    "x-cloud-trace-context",
    "grpc-trace-bin",
    "sw8",
    # What rules of the mesh match on
    "user-agent",
    "authorization",
    "jwt",
)


# As WSGI names them.
_IN_ENVIRON = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in FORWARDED}


def forwarded(environ: Mapping[str, Any], end_user: str, *, cookie: bool) -> dict[str, str]:
    """The headers that a backend gets: those that came in, none invented, and the session's end user.

    An `end-user` header that came in stays behind: whoever signs in is the end user.
    """
    headers = {name: environ[key] for name, key in _IN_ENVIRON.items() if key in environ}
    if cookie and "HTTP_COOKIE" in environ:
        headers["cookie"] = environ["HTTP_COOKIE"]
    if end_user:
        headers["end-user"] = header_value(end_user)
    return headers
