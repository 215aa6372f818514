"""Requests to a mesh of stubs: as its client through a sidecar, or as anybody through the gateway."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from platforms.loopback import LOOPBACK

ANSWER_SECONDS = 15.0
"""How long an answer is waited for."""
AT_ONCE = 4
"""How many requests of an expectation are under way."""
MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the port of the proxy that is asked."""

    port: int
    url: str
    """Absolute for the client's sidecar, a path for the gateway."""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class StubAnswer:
    """The answer to one request; of a stub's, also who it is and what it was asked."""

    status: int | None
    """None where there was no answer at all."""
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    at: float = 0.0
    """When it was complete, in seconds since 1970."""
    error: str = ""
    """The reason why there is none."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the stub says: service, version, instance, method, path, headers; empty where a proxy answered."""

    @property
    def service(self) -> str | None:
        return self.told.get("service")

    @property
    def version(self) -> str | None:
        return self.told.get("version")


class Asker:
    """A connection that asks one request after the other."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS)

    def ask(self, request: Request) -> StubAnswer:
        """Send the request, and return its answer; a connection that broke is opened anew for the next one."""
        began = time.monotonic()
        try:
            self._connection.request(request.method, request.url, headers=dict(request.headers))
            answer = self._connection.getresponse()
            body = answer.read().decode("utf-8", errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return StubAnswer(None, time.monotonic() - began, at=time.time(), error=str(error) or type(error).__name__)
        seconds = time.monotonic() - began
        return StubAnswer(answer.status, seconds, dict(answer.getheaders()), body, time.time(), told=_told(body))

    def close(self) -> None:
        self._connection.close()


def ask_many(
    request: Request, most: int, observe: Callable[[int, StubAnswer], bool], *, at_once: int = AT_ONCE
) -> None:
    """Send a request at most so many times, some at once; `observe` hears each answer with its number, and says when to stop."""
    numbers, lock, enough = itertools.count(), threading.Lock(), threading.Event()

    def work() -> None:
        asker = Asker(request.port)
        try:
            while not enough.is_set() and (number := next(numbers)) < most:
                answer = asker.ask(request)
                with lock:
                    if observe(number, answer):
                        enough.set()
        finally:
            asker.close()

    threads = min(at_once, most)
    with ThreadPoolExecutor(threads) as pool:
        try:
            for one in [pool.submit(work) for _ in range(threads)]:
                one.result()
        finally:
            enough.set()  # Ctrl-C: no more requests than are under way


def _told(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and found.keys() >= {"service", "version", "instance"} else {}
