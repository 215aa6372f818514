"""Pictures for browsers: drawn by one thread, at most five a second.

Nothing is kept for a browser but where it stands: one that is slow gets the newest picture, and is told how many it missed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from stage.picture import Dot, Picture

log = logging.getLogger(__name__)

TICK_SECONDS = 0.2
"""The time between two pictures: dots are drawn within half a second of their answers."""
_STILL_SECONDS = 1.0
"""The longest time without one: a browser that hears nothing cannot tell a quiet stage from one that is gone."""


class Scene(Protocol):
    """What pictures are drawn of."""

    def picture(self, now_ms: int) -> Picture:
        """Draw everything but the dots."""

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        """Return the answers after this number, as far as they are kept, and the number of the newest."""


class Publisher:
    """The newest picture, and who waits for it."""

    def __init__(self, scene: Scene, *, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._scene, self._clock = scene, clock
        self._news = threading.Condition()
        self._newest: Picture | None = None
        self._published, self._dot = 0.0, 0
        self._closed = threading.Event()

    def close(self) -> None:
        """End the streams of all browsers."""
        self._closed.set()
        with self._news:
            self._news.notify_all()

    def run(self) -> None:
        """Draw until the end; the work of a thread of its own."""
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                self._draw(began)
            except Exception:  # a fault of ours in one picture must not end the talk: the next one may do
                log.exception("a picture could not be drawn")
            self._closed.wait(max(0.0, began + TICK_SECONDS - time.monotonic()))

    def _draw(self, now: float) -> None:
        """Draw a picture, and publish it if there is anything new in it, or it is time for a sign of life."""
        picture = self._scene.picture(self._clock())
        dot, _ = self._scene.dots(self._dot)
        if dot != self._dot or self._differs(picture) or now - self._published >= _STILL_SECONDS:
            self._published, self._dot = now, dot
            self._publish(picture)

    def after(self, number: int) -> Picture | None:
        """Wait for a picture after this number and return the newest; None once there are no more."""
        with self._news:
            self._news.wait_for(lambda: self._closed.is_set() or (self._newest and self._newest.number > number))
            return None if self._closed.is_set() else self._newest

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return self._scene.dots(after)

    def _differs(self, picture: Picture) -> bool:
        newest = self._newest
        return newest is None or replace(picture, number=newest.number, now_ms=newest.now_ms) != newest

    def _publish(self, picture: Picture) -> None:
        with self._news:
            self._newest = replace(picture, number=(self._newest.number if self._newest else 0) + 1)
            self._news.notify_all()


class Watcher:
    """One browser: the last picture and the last answer that it was given."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._picture = self._dot = 0

    def next(self) -> Picture | None:
        """Wait for the next picture, and return it as this browser gets it; None once there are no more."""
        picture = self._publisher.after(self._picture)
        if picture is None:
            return None
        skipped = picture.number - self._picture - 1 if self._picture else 0
        self._picture = picture.number
        self._dot, dots = self._publisher.dots(self._dot)
        return replace(picture, dots=dots, skipped=skipped)
