"""Errors that are waited for, and those that are not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import urllib3
from kubernetes.client.exceptions import ApiException

from platforms.errors import Interrupted
from platforms.kubernetes.client import retry


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_AGAIN_SECONDS", 0.0)


def refused(status: int, message: str = "no") -> ApiException:
    error = ApiException(status=status, reason=message)
    error.body = json.dumps({"message": message})
    return error


def asked(*happens: Exception | str, is_ready: bool = True) -> tuple[str, int]:
    """The answer, and how often it was asked for."""
    coming = iter(happens)
    count = 0

    def ask() -> str:
        nonlocal count
        count += 1
        what = next(coming)
        if isinstance(what, Exception):
            raise what
        return what

    return retry.retry_while_unavailable(ask, is_ready=lambda: is_ready), count


def test_an_answer_that_comes_is_not_asked_for_again() -> None:
    """Once is enough."""
    assert ("there", 1) == asked("there")


def test_a_webhook_that_is_away_is_waited_for() -> None:
    """While istiod restarts, the API server finds nobody to check an object."""
    away = refused(500, 'Internal error occurred: failed calling webhook "validation.istio.io": connection refused')

    assert ("there", 3) == asked(away, away, "there")


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    """The API server was stopped in the middle of it."""
    broken = urllib3.exceptions.ProtocolError("Connection broken")

    assert ("there", 2) == asked(broken, "there")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_just_starts_may_not_know_us_yet(status: int) -> None:
    """It says so at /readyz."""
    assert ("there", 2) == asked(refused(status), "there", is_ready=False)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 500])
def test_a_refusal_of_a_server_that_is_ready_is_one(status: int) -> None:
    """It is not asked again."""
    with pytest.raises(ApiException):
        asked(refused(status), "there")


def test_a_server_that_was_waited_for_is_not_waited_for_again() -> None:
    """The request itself was tried until it was long enough."""
    pool = urllib3.HTTPConnectionPool("127.0.0.1")

    with pytest.raises(urllib3.exceptions.MaxRetryError):
        asked(urllib3.exceptions.MaxRetryError(pool, "/"), "there")


def test_the_wait_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After that, the error is raised."""
    clock: Iterator[float] = iter([0.0, 1.0, 2 * retry.SECONDS])
    monkeypatch.setattr("platforms.kubernetes.client.retry.time.monotonic", lambda: next(clock))

    with pytest.raises(ApiException):
        asked(*[refused(403)] * 3, "there", is_ready=False)


def test_the_retries_of_a_request_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often that was, and whatever went wrong."""
    now = 0.0
    monkeypatch.setattr("platforms.kubernetes.client.retry.time.monotonic", lambda: now)
    retries = retry.retries().increment("GET", "/", error=urllib3.exceptions.ProtocolError())
    now = retry.SECONDS - 1
    retries = retries.increment("GET", "/", error=urllib3.exceptions.ProtocolError())
    now = retry.SECONDS + 1

    with pytest.raises(urllib3.exceptions.MaxRetryError):
        retries.increment("GET", "/", error=urllib3.exceptions.ProtocolError())


@pytest.mark.parametrize("stop", [Interrupted("stopped by Ctrl-C"), KeyboardInterrupt()])
def test_a_stop_that_a_library_took_for_a_failure_is_one(stop: BaseException) -> None:
    """The client turns whatever is raised while it connects to a pod's port into an error of its own."""
    failed = refused(0)
    failed.__context__ = stop

    with pytest.raises(type(stop)):
        asked(failed)
