"""The complaints of Istio's webhook about faults that are injected and calls that are repeated, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from platforms.istio.status_codes import GRPC_STATUS, is_status
from platforms.istio.validation import fields

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


def fault(injected: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with a fault that is injected."""
    if not {"abort", "delay"} & set(injected):
        yield "HTTP fault injection must have an abort and/or a delay"
    abort, delay = injected.get("abort", {}), injected.get("delay", {})
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
        yield from fields.status(abort["httpStatus"])
    yield from _percentage(delay.get("percentage", {}))
    for field in ("fixedDelay", "exponentialDelay"):
        if field in delay:
            yield from fields.duration(delay[field])
    if "exponentialDelay" in delay:
        yield "exponentialDelay not supported yet"


def retries(policy: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with a retry policy."""
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
