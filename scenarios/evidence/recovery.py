"""Recovery as visitors see it: pages requested while a fault is lifted, aside from the judged requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import urllib3

from scenarios.evidence.observation import marks

_EVERY = 0.02
"""Seconds between two requests: the resolution of the measurement, at a load that the page hardly notices."""
_BEFORE = 0.1
"""Seconds of requests before the fault is lifted, so that some of them still meet it."""
_PAGE_SECONDS = 10.0
_GIVES_UP = 15.0
"""How long requests go on after the fault is lifted everywhere, should no page ever come with stars."""
_MOST_UNDER_WAY = 128
"""A page that waits for late ratings takes 6 s; beyond this number, no further request is begun."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The time until the pages had stars again, in milliseconds after the healed state was applied."""

    first_with_ms: float | None
    """Until the first page with stars had come; None if none came."""
    last_without_ms: float | None
    """Until the last page without stars had come: 0 if that was before; None if every page had them."""
    pages: int


@dataclass(frozen=True, slots=True)
class ProbedPage:
    """One page: when it had arrived, and whether it has stars."""

    at: float
    stars: bool


def measure_recovery(pages: Sequence[ProbedPage], *, applied: float) -> Recovery:
    """Compute when stars came back and when the last page had none, from the moment the healed state was applied."""
    since = [(1000 * max(0.0, page.at - applied), page.stars) for page in pages]
    return Recovery(
        first_with_ms=min((ms for ms, stars in since if stars), default=None),
        last_without_ms=max((ms for ms, stars in since if not stars), default=None),
        pages=len(since),
    )


class RecoveryProbe:
    """A steady stream of page requests while the block lifts a fault, and until stars are back.

    A request does not wait for earlier ones: a page that waits for late ratings must not hide that the fault is gone.
    When the block is left every page has arrived, so that none is counted for a later step.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/productpage"
        self._pages: list[ProbedPage] = []
        self._over = threading.Event()
        self._stars = threading.Event()
        self._threads: list[threading.Thread] = []
        self._clock = threading.Thread(target=self._send_steadily, daemon=True)
        self._pool = urllib3.PoolManager(maxsize=_MOST_UNDER_WAY, timeout=_PAGE_SECONDS, retries=False)
        self._applied = 0.0

    def __enter__(self) -> Self:
        self._clock.start()
        self._over.wait(_BEFORE)
        self._applied = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._stars.wait(_GIVES_UP)
        self._over.set()
        if kind is None:  # otherwise nothing is measured any more, and late pages are not worth waiting for
            self._clock.join()
            for thread in self._threads:
                thread.join()
            self._pool.clear()

    @property
    def recovery(self) -> Recovery:
        """The measurement; complete once the block has been left."""
        return measure_recovery(self._pages, applied=self._applied)

    def _send_steadily(self) -> None:
        while not self._over.wait(_EVERY):
            if sum(thread.is_alive() for thread in self._threads) < _MOST_UNDER_WAY:
                self._threads.append(threading.Thread(target=self._request_page, daemon=True))
                self._threads[-1].start()

    def _request_page(self) -> None:
        stars = False
        try:
            answer = self._pool.request("GET", self._url)
            stars = marks(answer.data.decode(errors="replace")).get("ratings") == "shown"
        except urllib3.exceptions.HTTPError:
            pass  # no page counts as a page without stars
        self._pages.append(ProbedPage(time.perf_counter(), stars))
        if stars:
            self._stars.set()
