"""The clock of a recording that is played again: speed, pause and single steps, and no way that leads back but the beginning."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scenarios.events.event import Answered, Event
from scenarios.evidence.observation import Observation
from stage.picture import ReplayView

SPEEDS = (0.1, 20.0)
"""The slowest and the fastest."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, at its time in seconds since 1970: one answer, or any other event."""

    at: float
    what: Event | Observation


def moments(events: Sequence[Event]) -> tuple[Moment, ...]:
    """Bring a recording into the order of time; each answer stands by itself, for they were written down together."""
    return tuple(sorted(_unpacked(events), key=lambda moment: moment.at))


def _unpacked(events: Sequence[Event]) -> Iterator[Moment]:
    for event in events:
        if isinstance(event, Answered):
            yield from (Moment(seen.at, seen) for seen in event.seen)
        else:
            yield Moment(event.at, event)


class Player:
    """A place in a recording, which moves by itself unless it is paused."""

    def __init__(self, played: Sequence[Moment], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._played, self._clock = played, clock
        self._lock = threading.Lock()
        self._begin, self._end = played[0].at, played[-1].at
        self._speed, self._paused = 1.0, False
        self._place, self._since = 0.0, clock()
        self._next = 0

    @property
    def now(self) -> float:
        """The moment of the recording that is shown, in seconds since 1970."""
        with self._lock:
            return self._begin + self._at()

    @property
    def is_over(self) -> bool:
        with self._lock:
            return self._begin + self._at() >= self._end

    def taken(self) -> Sequence[Moment]:
        """Return what has happened since this was asked last."""
        with self._lock:
            first, now = self._next, self._begin + self._at()
            while self._next < len(self._played) and self._played[self._next].at <= now:
                self._next += 1
            return self._played[first : self._next]

    def set(self, *, paused: bool | None = None, speed: float | None = None) -> None:
        """Pause or go on, or go on at another speed."""
        with self._lock:
            self._settle()
            self._paused = self._paused if paused is None else paused
            self._speed = self._speed if speed is None else speed

    def step(self) -> None:
        """Pause at the next thing that happened, answers left aside."""
        with self._lock:
            self._settle()
            self._paused = True
            after = (one.at for one in self._played[self._next :] if not isinstance(one.what, Observation))
            self._place = next(after, self._end) - self._begin

    def seek(self, at: float) -> None:
        """Go to a moment of the recording; what lies before it is taken at once."""
        with self._lock:
            self._next, self._place, self._since = 0, max(0.0, at - self._begin), self._clock()

    def view(self) -> ReplayView:
        with self._lock:
            return ReplayView(self._speed, self._paused, self._at(), self._end - self._begin)

    def _at(self) -> float:
        moved = 0.0 if self._paused else (self._clock() - self._since) * self._speed
        return min(self._place + moved, self._end - self._begin)

    def _settle(self) -> None:
        self._place, self._since = self._at(), self._clock()
