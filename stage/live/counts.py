"""The answers of the live traffic, counted since the rule came into force; shown with an interval, and not judged."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from scenarios.evidence.observation import NO_RATINGS, NO_STARS, WEARS, Observation
from scenarios.statistics.binomial import quick_interval
from scenarios.versions import VERSIONS
from stage.picture import Dot, TrafficView, VersionView, WholeView

DOUBT = 0.05
LATE_SECONDS = 5.0
"""How much of the past a rate is about."""
_SHORTEST_SECONDS = 1.0
"""Over less time there is no rate."""
_KEPT = 5000
"""How many answers are kept by themselves; all others are counts."""

Kind = Literal["whole", "no_stars", "failed"]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer, as far as it is shown."""

    at_ms: int
    begun_ms: float
    version: str
    kind: Kind
    user: str


class AnswerCounts:
    """Counts of one sender, read by many; it never grows."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: deque[_Answer] = deque(maxlen=_KEPT)
        self._newest = 0
        """The number of the newest answer, of all that ever came."""
        self._from_ms = clock() * 1000
        self._asked: Mapping[str, float | None] = {}
        self._counts: Counter[tuple[str, Kind]] = Counter()

    def add(self, seen: Observation) -> None:
        version, kind = outcome_of(seen)
        at_ms = seen.at * 1000
        answer = _Answer(round(at_ms), at_ms - seen.milliseconds, version, kind, seen.end_user)
        with self._lock:
            self._newest += 1
            self._recent.append(answer)
            self._count(answer)

    def count_from(self, at_ms: int, asked: Mapping[str, float | None]) -> None:
        """Count anew the requests that were begun after this moment, those included that were answered before anybody told."""
        with self._lock:
            self._from_ms, self._asked = at_ms, asked
            self._counts.clear()
            for answer in self._recent:
                self._count(answer)

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        """Return the answers after this number, as far as they are kept, and the number of the newest."""
        with self._lock:
            missed = min(len(self._recent), max(0, self._newest - after))
            fresh = [self._recent[place] for place in range(-missed, 0)]
            return self._newest, tuple(Dot(one.at_ms, one.version, one.kind, one.user) for one in fresh)

    def view(self, status: Literal["running", "paused", "proof", "stopped", "failed"], rate: float) -> TrafficView:
        """Return the counts as they are shown."""
        with self._lock:
            counts, late = Counter(self._counts), self._late()
            seconds = min(LATE_SECONDS, self._clock() - self._from_ms / 1000)
            asked = self._asked
        rates = {version: n / seconds for version, n in late.items()} if seconds >= _SHORTEST_SECONDS else None
        known = sum(n for (version, _), n in counts.items() if version)
        total, failed = counts.total(), sum(n for (_, kind), n in counts.items() if kind == "failed")
        return TrafficView(
            status=status,
            rate=rate,
            answers=total,
            failed=failed,
            whole=WholeView(
                rps=None if rates is None else sum(rates.values()), success=1 - failed / total if total else None
            ),
            versions={
                version: _version(
                    version, counts, known, asked.get(version), None if rates is None else rates.get(version, 0.0)
                )
                for version in VERSIONS
            },
        )

    def _count(self, answer: _Answer) -> None:
        if answer.begun_ms >= self._from_ms:
            self._counts[answer.version, answer.kind] += 1

    def _late(self) -> Counter[str]:
        """The answers of the last seconds that are counted, by version."""
        found: Counter[str] = Counter()
        since = (self._clock() - LATE_SECONDS) * 1000
        for answer in reversed(self._recent):
            if answer.at_ms < since:
                break
            found[answer.version] += answer.begun_ms >= self._from_ms
        return found


def outcome_of(seen: Observation) -> tuple[str, Kind]:
    """Return the version of reviews that an answer shows, empty for none, and how much of the page is there.

    A page without the stars of its version lacks only these; one that lacks more, or wears another version's, has failed.
    """
    version = seen.marks.get("reviews-version", "") if seen.is_page else ""
    if version not in WEARS:
        return "", "failed"
    if seen.fault == WEARS[version]:
        return version, "whole"
    return version, "no_stars" if seen.fault in (NO_RATINGS, NO_STARS) else "failed"


def _version(
    version: str, counts: Mapping[tuple[str, Kind], int], known: int, asked: float | None, rps: float | None
) -> VersionView:
    whole, starless, failed = (counts.get((version, kind), 0) for kind in ("whole", "no_stars", "failed"))
    answers = whole + starless + failed
    low, high = quick_interval(answers, known, DOUBT) if known else (None, None)
    return VersionView(
        asked=asked,
        answers=answers,
        share=answers / known if known else None,
        low=low,
        high=high,
        rps=rps,
        success=1 - failed / answers if answers else None,
        without_stars=starless,
    )
