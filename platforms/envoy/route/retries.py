"""Retry policies: Istio's default, and the one that a route asks for instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.istio import durations
from platforms.istio.status_codes import is_status

_DEFAULT_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
_ON_CODES = "retriable-status-codes"
_OTHER_HOST = {
    "name": "envoy.retry_host_predicates.previous_hosts",
    "typedConfig": {
        "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    },
}
_OTHER_PRIORITY = {
    "name": "envoy.retry_priorities.previous_priorities",
    "typedConfig": {
        "@type": "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
        "updateFrequency": 2,
    },
}

INBOUND: Mapping[str, Any] = {"numRetries": 2, "retryOn": "reset-before-request"}
"""Towards the app itself: only what it never saw, because it closed an idle connection just then."""


def policy(retries: Mapping[str, Any] | None, *, sticky: bool = False) -> dict[str, Any] | None:
    """Envoy's retry policy, or None where no attempt is to be repeated.

    `sticky`: the destination is chosen by a hash, so another host must not be looked for.
    """
    if retries is not None and retries.get("attempts", 0) <= 0:
        return None
    retries = retries or {"attempts": 2}
    translated: dict[str, Any] = {
        "numRetries": retries["attempts"],
        "hostSelectionRetryMaxAttempts": "5",
        **_conditions(retries.get("retryOn", "")),
    }
    if retries.get("retryIgnorePreviousHosts", not sticky):
        translated["retryHostPredicate"] = [_OTHER_HOST]
    if retries.get("retryRemoteLocalities"):
        translated["retryPriority"] = _OTHER_PRIORITY
    if "perTryTimeout" in retries:
        translated["perTryTimeout"] = durations.envoy(retries["perTryTimeout"])
    if "backoff" in retries:
        translated["retryBackOff"] = {"baseInterval": durations.envoy(retries["backoff"])}
    return translated


def _conditions(retry_on: str) -> dict[str, Any]:
    """The named conditions; a number among them is a status code."""
    if not retry_on:
        return {"retryOn": _DEFAULT_ON}
    parts = [part for part in map(str.strip, retry_on.split(",")) if part]
    codes = [int(part) for part in parts if is_status(part)]
    named = ",".join(part for part in parts if not is_status(part))
    if codes and _ON_CODES not in named:
        named = f"{named},{_ON_CODES}"
    return {"retryOn": named, **({"retriableStatusCodes": codes} if codes else {})}
