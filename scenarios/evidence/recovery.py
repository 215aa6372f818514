"""Recovery as visitors see it: pages requested while a fault is lifted, aside from the judged requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from scenarios.evidence.visits.visitors import Visit, Visitors

_EVERY = 0.02
"""Seconds between two requests: the resolution of the measurement, at a load that the page hardly notices."""
_BEFORE = 0.1
"""Seconds of requests before the fault is lifted, so that some of them still meet it."""
_GIVES_UP = 15.0
"""How long requests go on after the fault is lifted everywhere, should no page ever come with stars."""


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
    """Visitors who come while the block lifts a fault, and until stars are back.

    A visitor does not wait for earlier ones: a page that waits for late ratings must not hide that the fault is gone.
    """

    def __init__(self, url: str) -> None:
        self._visitors = Visitors(url, _EVERY, self._came)
        self._stars = threading.Event()
        self._applied = 0.0

    def __enter__(self) -> Self:
        self._visitors.__enter__()
        time.sleep(_BEFORE)
        self._applied = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._stars.wait(_GIVES_UP)
        self._visitors.__exit__(kind, error, trace)

    @property
    def recovery(self) -> Recovery:
        """The measurement; complete once the block has been left."""
        pages = [ProbedPage(one.ended, _has_stars(one)) for one in self._visitors.visits]
        return measure_recovery(pages, applied=self._applied)

    def _came(self, visit: Visit) -> None:
        if _has_stars(visit):
            self._stars.set()


def _has_stars(visit: Visit) -> bool:
    """Return whether the page has stars; no page is a page without."""
    return visit.marks.get("ratings") == "shown"
