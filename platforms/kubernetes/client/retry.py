"""Retries while an API server, or the webhook that it asks, restarts; each has an end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import urllib3
from kubernetes.client.exceptions import ApiException
from websocket import WebSocketException

from platforms.errors import Interrupted

SECONDS = 60.0
"""An API server, or an istiod, that restarts is away for half a minute; what a run has changed must be restored after that."""
CONNECTION_ERRORS = (urllib3.exceptions.HTTPError, OSError, WebSocketException)
"""The errors that are raised where no answer comes."""

_AGAIN_SECONDS = 0.5
_UNCHECKED = "failed calling webhook"
"""What the API server says when it finds nobody to check an Istio object: istiod restarts."""
# A server that just starts knows nobody, nobody's rights, and not all kinds of objects. 0 is a forwarding that failed.
_STARTING = frozenset({None, 0, 401, 403, 404})

T = TypeVar("T")


class Retry(urllib3.Retry):
    """Try again until it was long enough, whether the server refuses connections, says nothing, or is not ready."""

    until: float | None = None

    def new(self, **changed: Any) -> Retry:
        again = super().new(**changed)
        again.until = self.until or time.monotonic() + SECONDS
        return again

    def is_exhausted(self) -> bool:
        return self.until is not None and time.monotonic() > self.until


def retries() -> Retry:
    """The retries of one request; an answer that breaks off is not in their hands."""
    return Retry(
        total=None,
        connect=None,
        read=None,
        backoff_factor=0.1,
        backoff_max=2.0,
        allowed_methods=None,
        status_forcelist=(429, 502, 503, 504),
        raise_on_status=False,
    )


def retry_while_unavailable(ask: Callable[[], T], *, is_ready: Callable[[], bool]) -> T:
    """The answer; while whoever has to give it is away, it is asked for again."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return ask()
        except (ApiException, *CONNECTION_ERRORS) as error:
            cause = error.__context__  # a port's forwarding takes whatever happens on its way for a failure
            if isinstance(cause, Interrupted | KeyboardInterrupt | SystemExit):
                raise cause from None
            if time.monotonic() > deadline or not is_transient(error, is_ready):
                raise
        time.sleep(_AGAIN_SECONDS)


def message(error: ApiException) -> str:
    """The reason that the API server gives, without the HTTP around it."""
    try:
        told = json.loads(error.body or "")["message"]
    except (TypeError, ValueError, KeyError):
        told = error.reason or "no reason given"
    return str(told).strip()


def is_transient(error: Exception, is_ready: Callable[[], bool]) -> bool:
    """Tell whether the same question may be answered in a moment."""
    if not isinstance(error, ApiException):
        return not isinstance(error, urllib3.exceptions.MaxRetryError)  # that one has been waited for
    return _UNCHECKED in message(error) or (error.status in _STARTING and not is_ready())
