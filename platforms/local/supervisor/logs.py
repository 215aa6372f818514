"""The logs of a demo: one file per child, bounded."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 5 * 1024 * 1024
"""A log that has grown beyond this loses its older part."""
KEPT_BYTES = 1024 * 1024

_POLL_SECONDS = 0.2


def bound(folder: Path) -> None:
    """Cut every log that has grown too long down to its end.

    Children append to files they hold open, so a file is cut in place; a line written in that instant may be lost.
    """
    for path in folder.glob("*.log"):
        with contextlib.suppress(OSError):  # it was removed meanwhile
            _bound(path)


def _bound(path: Path) -> None:
    if path.stat().st_size > MOST_BYTES:
        with path.open("r+b") as file:
            file.seek(-KEPT_BYTES, os.SEEK_END)
            end = file.read().partition(b"\n")[2]
            file.seek(0)
            file.write(end)
            file.truncate()


def last_lines(path: Path, count: int) -> list[str]:
    """The end of a log."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, maxlen=count)]


def follow(path: Path) -> Iterator[str]:
    """Every line that is written to the log from this call on, for ever."""
    return _lines(path, path.stat().st_size)


def _lines(path: Path, start: int) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        file.seek(start)
        while True:
            if line := file.readline():
                yield line.rstrip("\n")
            elif path.stat().st_size < file.tell():
                file.seek(0)  # it was cut
            else:
                time.sleep(_POLL_SECONDS)
