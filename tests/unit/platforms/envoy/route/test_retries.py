"""Retry policies: Istio's default, and what a route asks for instead."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.envoy.route import retries

DEFAULT = {
    "numRetries": 2,
    "retryOn": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
    "hostSelectionRetryMaxAttempts": "5",
}


def policy(given: dict[str, Any] | None, *, sticky: bool = False) -> dict[str, Any]:
    """Without what names the extensions."""
    made = retries.policy(given, sticky=sticky)

    assert made is not None

    return {name: value for name, value in made.items() if name not in {"retryHostPredicate", "retryPriority"}}


def names(given: dict[str, Any] | None, *, sticky: bool = False) -> list[str]:
    """The extensions that are asked for."""
    made = retries.policy(given, sticky=sticky) or {}
    return [one["name"] for one in made.get("retryHostPredicate", ())] + [
        made[one]["name"] for one in ("retryPriority",) if one in made
    ]


def test_istio_retries_unasked() -> None:
    """Twice, on another host, and only what cannot have had an effect."""
    assert DEFAULT == policy(None)
    assert ["envoy.retry_host_predicates.previous_hosts"] == names(None)


@pytest.mark.parametrize("attempts", [0, -1])
def test_none_are_asked_for(attempts: int) -> None:
    """Then there is no policy."""
    assert retries.policy({"attempts": attempts}) is None
    assert retries.policy({}) is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({}, {}),
        ({"perTryTimeout": "1500ms"}, {"perTryTimeout": "1.500s"}),
        ({"backoff": "25ms"}, {"retryBackOff": {"baseInterval": "0.025s"}}),
        ({"retryOn": "5xx, reset"}, {"retryOn": "5xx,reset"}),
        ({"retryOn": "503"}, {"retryOn": ",retriable-status-codes", "retriableStatusCodes": [503]}),
        (
            {"retryOn": "reset,503,504"},
            {"retryOn": "reset,retriable-status-codes", "retriableStatusCodes": [503, 504]},
        ),
        (
            {"retryOn": "retriable-status-codes,503"},
            {"retryOn": "retriable-status-codes", "retriableStatusCodes": [503]},
        ),
    ],
)
def test_field(field: dict[str, Any], expected: dict[str, Any]) -> None:
    """Each in Envoy's words; a number among the conditions is a status."""
    assert DEFAULT | {"numRetries": 3} | expected == policy({"attempts": 3, **field})


@pytest.mark.parametrize(
    ("given", "sticky", "expected"),
    [
        (None, True, []),
        ({"attempts": 1, "retryIgnorePreviousHosts": False}, False, []),
        ({"attempts": 1, "retryIgnorePreviousHosts": True}, True, ["envoy.retry_host_predicates.previous_hosts"]),
        (
            {"attempts": 1, "retryIgnorePreviousHosts": False, "retryRemoteLocalities": True},
            False,
            ["envoy.retry_priorities.previous_priorities"],
        ),
    ],
)
def test_where_it_is_tried_again(given: dict[str, Any] | None, expected: list[str], *, sticky: bool) -> None:
    """Where a hash chooses the destination, the same host is asked, unless somebody says otherwise."""
    assert expected == names(given, sticky=sticky)
