"""Recovery as visitors see it: pages asked for while a fault is lifted, aside from the judged requests."""

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
"""Seconds between two visitors: recovery is timed to this grain, and the page hardly notices them."""
_BEFORE = 0.1
"""Seconds that visitors come before: some are to meet the fault still."""
_PAGE_SECONDS = 10.0
_GIVES_UP = 15.0
"""How long visitors go on after the fault is lifted everywhere, should no page ever come with stars."""
_AT_A_TIME = 128  # a page that waits for late ratings takes 6 s; more than this are not let in meanwhile


@dataclass(frozen=True, slots=True)
class Recovery:
    """What visitors saw, in milliseconds after the healed state was applied."""

    first_with_ms: float | None
    """Until the first page with stars had come; None if none came."""
    last_without_ms: float | None
    """Until the last page without stars had come: 0 if that was before; None if every page had them."""
    pages: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One visitor's page: when it had come, and whether it has stars."""

    at: float
    stars: bool


def recovery(pages: Sequence[Seen], *, applied: float) -> Recovery:
    """When stars came back and when the last page had none, from the moment the healed state was applied."""
    since = [(1000 * max(0.0, page.at - applied), page.stars) for page in pages]
    return Recovery(
        first_with_ms=min((ms for ms, stars in since if stars), default=None),
        last_without_ms=max((ms for ms, stars in since if not stars), default=None),
        pages=len(since),
    )


class Visitors:
    """Ask for the page at a steady pace while the block lifts a fault, and on until stars are back.

    They come whether or not earlier ones have their page: one who waits for late ratings must not keep the others from
    seeing that the fault is gone. When the block is left every page has come, so none is counted with a later step's.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/productpage"
        self._pages: list[Seen] = []
        self._over = threading.Event()
        self._stars = threading.Event()
        self._asking: list[threading.Thread] = []
        self._doors = threading.Thread(target=self._let_in, daemon=True)
        self._pool = urllib3.PoolManager(maxsize=_AT_A_TIME, timeout=_PAGE_SECONDS, retries=False)
        self._applied = 0.0

    def __enter__(self) -> Self:
        self._doors.start()
        self._over.wait(_BEFORE)
        self._applied = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._stars.wait(_GIVES_UP)
        self._over.set()
        if kind is None:  # else nothing is measured any more, and nobody is to wait for late pages
            self._doors.join()
            for visitor in self._asking:
                visitor.join()
            self._pool.clear()

    @property
    def recovery(self) -> Recovery:
        """What they saw; to be asked once the block is left."""
        return recovery(self._pages, applied=self._applied)

    def _let_in(self) -> None:
        while not self._over.wait(_EVERY):
            if sum(visitor.is_alive() for visitor in self._asking) < _AT_A_TIME:
                self._asking.append(threading.Thread(target=self._ask, daemon=True))
                self._asking[-1].start()

    def _ask(self) -> None:
        stars = False
        try:
            answer = self._pool.request("GET", self._url)
            stars = marks(answer.data.decode(errors="replace")).get("ratings") == "shown"
        except urllib3.exceptions.HTTPError:
            pass  # no page is a page without stars
        self._pages.append(Seen(time.perf_counter(), stars))
        if stars:
            self._stars.set()
