"""The recording of a run: its events as lines in the run folder, written while it happens.

A thread of its own writes, so that a slow disk does not slow the run. Answers wait a moment for others; whatever is no
answer is written at once. Who writes holds a lock of the kernel on the file: from it a reader knows whether more can come.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from platforms.demo.run_folder import open_text
from scenarios.events.event import Answered, Event, Locked, Opened
from scenarios.events.line import encode
from scenarios.events.reading import SUFFIX, folder_of, recordings
from scenarios.evidence.observation import Observation

log = logging.getLogger(__name__)

KEPT = 20
"""How many recordings of a demo there are at most: the newest."""
_TOGETHER_SECONDS = 0.1
"""How long an answer waits for others, to share a line with them."""
_PATIENCE_SECONDS = 10.0
"""How long the disk gets to take the last events, once the run is over."""


class Recording:
    """A listener that records; when its block has ended, all is written.

    A run is recorded from the moment that the demo is its own: one that was refused has not happened.
    """

    def __init__(self) -> None:
        self.path: Path | None = None
        """Where it is; None as long as there is nothing to record."""
        self.error: Exception | None = None
        """Why it is not complete."""
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._record, name="recording", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.put(None)
        self._thread.join(_PATIENCE_SECONDS)
        if self._thread.is_alive():
            self.error = TimeoutError(f"the disk did not take all within {_PATIENCE_SECONDS:g} s")

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def _record(self) -> None:
        try:
            match self._until_locked():
                case [Opened() as opened, *_] as first:
                    with _made(opened, first) as (file, self.path):
                        for batch in self._batches():
                            _write(file, batch)
        except Exception as error:
            log.debug("no recording: %s", error, exc_info=True)
            self.error = error

    def _until_locked(self) -> list[Event]:
        """Return the events up to the one that says that the demo is the run's own; none if there is no such."""
        first: list[Event] = []
        while (event := self._events.get()) is not None:
            first.append(event)
            if isinstance(event, Locked):
                return first
        return []

    def _batches(self) -> Iterator[list[Event]]:
        """Yield what comes after them, several answers at a time."""
        batch: list[Event | None] = []
        while None not in batch:
            batch, until = [self._events.get()], time.monotonic() + _TOGETHER_SECONDS
            with contextlib.suppress(queue.Empty):
                while isinstance(batch[-1], Answered) and (left := until - time.monotonic()) > 0:
                    batch.append(self._events.get(timeout=left))
            yield [event for event in batch if event is not None]


@contextlib.contextmanager
def _made(opened: Opened, first: Iterable[Event]) -> Iterator[tuple[TextIO, Path]]:
    """Make the file with its first lines in it, and keep its lock for the block; those of older runs give way."""
    folder = folder_of(opened.key)
    folder.mkdir(mode=0o700, exist_ok=True)
    beside = folder / ".new"
    beside.unlink(missing_ok=True)
    moment = datetime.fromtimestamp(opened.at, UTC).isoformat(timespec="milliseconds")
    path = folder / f"{moment[:-6].replace(':', '-')}-{opened.scenario.name}{SUFFIX}"
    with open_text(beside, "x") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _write(file, first)
        beside.replace(path)
        for old in recordings(opened.key)[KEPT:]:
            old.unlink(missing_ok=True)
        yield file, path


def _write(file: TextIO, events: Iterable[Event]) -> None:
    """Write a line per event, and one for all answers that follow each other."""
    for step, together in groupby(events, key=lambda event: event.step if isinstance(event, Answered) else None):
        if step is None:
            file.writelines(f"{encode(event)}\n" for event in together)
        else:
            file.write(f"{encode(_joined(step, together))}\n")
    file.flush()


def _joined(step: int, answers: Iterable[Event]) -> Answered:
    """Join answers to one event, which has the moment of the last."""
    seen: list[Observation] = []
    at = 0.0
    for answered in answers:
        if isinstance(answered, Answered):
            seen += answered.seen
            at = answered.at
    return Answered(step, tuple(seen), at=at)
