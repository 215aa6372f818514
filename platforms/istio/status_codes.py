"""The status codes of HTTP and gRPC that rules may name."""

from __future__ import annotations

from http import HTTPStatus

GRPC_STATUS = {
    name: number
    for number, name in enumerate(
        (
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED",
        )
    )
}
"""The numbers of gRPC's status names."""

_HTTP_STATUS = frozenset(int(status) for status in HTTPStatus)


def is_status(text: str) -> bool:
    """Return whether a text is the number of an HTTP status that has a name."""
    return text.isascii() and text.isdigit() and int(text) in _HTTP_STATUS
