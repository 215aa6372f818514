"""Visitors aside from the judged requests: they come steadily, and no one waits until an earlier one has the page."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import urllib3

from scenarios.evidence.observation import marks

_PAGE_SECONDS = 10.0
_MOST_UNDER_WAY = 128
"""A page that waits for late ratings takes 6 s; beyond this number, no further request is begun."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page that was asked for, by a clock that only runs forward."""

    began: float
    ended: float
    """When the page had arrived, or was given up."""
    marks: Mapping[str, str]
    """The `data-…` marks of the page; none if there was no page."""

    @property
    def milliseconds(self) -> float:
        return 1000 * (self.ended - self.began)


class Visitors:
    """A steady stream of page requests while the block runs.

    When the block is left every page has arrived, so that none is counted for what comes later.
    """

    def __init__(self, url: str, every: float, came: Callable[[Visit], None] = lambda _: None) -> None:
        """`every` is the number of seconds between two requests; `came` hears each visit as it ends."""
        self.visits: list[Visit] = []
        self._url = f"{url}/productpage"
        self._every = every
        self._came = came
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._clock = threading.Thread(target=self._send_steadily, daemon=True)
        self._pool = urllib3.PoolManager(maxsize=_MOST_UNDER_WAY, timeout=_PAGE_SECONDS, retries=False)

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if kind is None:  # otherwise nothing is measured any more, and late pages are not worth waiting for
            self._clock.join()
            for thread in self._threads:
                thread.join()
            self._pool.clear()

    def _send_steadily(self) -> None:
        while not self._over.wait(self._every):
            if sum(thread.is_alive() for thread in self._threads) < _MOST_UNDER_WAY:
                self._threads.append(threading.Thread(target=self._visit, daemon=True))
                self._threads[-1].start()

    def _visit(self) -> None:
        began, found = time.perf_counter(), {}
        with contextlib.suppress(urllib3.exceptions.HTTPError):  # no page has no marks
            found = marks(self._pool.request("GET", self._url).data.decode(errors="replace"))
        visit = Visit(began, time.perf_counter(), found)
        self.visits.append(visit)
        self._came(visit)
