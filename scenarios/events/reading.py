"""Recordings read: whole, up to where they were cut off, or while they are being written."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from platforms.demo.run_folder import part, run_folder
from platforms.errors import UsageError
from scenarios.events.event import Event, Last, Opened
from scenarios.events.form import Malformed
from scenarios.events.line import decode

SUFFIX = ".jsonl"
_FOLDER = "recordings"
_LOOKS_SECONDS = 0.05
"""How often a file is looked at that is being written."""
_LONGEST = 64 << 20
"""Bytes of a line that is still believed to be one."""


def folder_of(key: str) -> Path:
    """The folder with a demo's recordings; raises NotReachable as `part` does."""
    return part(key) / _FOLDER


def recordings(key: str) -> list[Path]:
    """List a demo's recordings, the newest first: their names begin with the moment."""
    return sorted(folder_of(key).glob(f"[!.]*{SUFFIX}"), reverse=True)


def all_recordings() -> list[Path]:
    """List the recordings of every demo, the newest first; raises NotReachable as `run_folder` does."""
    found = run_folder().glob(f"*/{_FOLDER}/[!.]*{SUFFIX}")
    return sorted(found, key=lambda path: path.name, reverse=True)


def opening(path: Path) -> Opened:
    """Read the first event of a recording alone; raises UsageError as `read` does."""
    try:
        with path.open("rb") as file:
            return _first(_events(file, path), path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def read(path: Path) -> tuple[Event, ...]:
    """The events of a recording up to its last whole line; raises UsageError for what is no recording."""
    try:
        with path.open("rb") as file:
            return tuple(_checked(_events(file, path), path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def follow(path: Path, *, given_up: threading.Event) -> Iterator[Event]:
    """Yield the events of a recording, waiting for more until the run has ended, its process is gone, or one gives up.

    Raises UsageError as `read` does.
    """
    try:
        with path.open("rb") as file:
            yield from _checked(_followed(file, path, given_up), path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def is_being_written(path: Path) -> bool:
    """Tell whether the run that writes a recording is alive."""
    try:
        with path.open("rb") as file:
            return _is_locked(file)
    except FileNotFoundError:
        return False


def _followed(file: BinaryIO, path: Path, given_up: threading.Event) -> Iterator[Event]:
    more = True
    while more and not given_up.is_set():
        more = _is_locked(file)  # asked first: what came before its end is read all the same
        for event in _events(file, path):
            yield event
            more = more and not isinstance(event, Last)
        if more:
            given_up.wait(_LOOKS_SECONDS)


def _events(file: BinaryIO, path: Path) -> Iterator[Event]:
    """Yield the events from here to the last whole line, and stay behind that."""
    while (line := file.readline(_LONGEST)).endswith(b"\n"):
        try:
            yield decode(line.decode())
        except (Malformed, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: at byte {file.tell() - len(line):,}: {error}") from error
    if len(line) == _LONGEST:
        raise UsageError(f"{path}: no recording of a run: a line without end")
    file.seek(-len(line), 1)


def _checked(events: Iterator[Event], path: Path) -> Iterator[Event]:
    """Yield the events if they are those of a run."""
    yield _first(events, path)
    yield from events


def _first(events: Iterator[Event], path: Path) -> Opened:
    first = next(events, None)
    if not isinstance(first, Opened):
        raise UsageError(f"{path}: no recording of a run: {'it begins otherwise' if first else 'nothing in it'}")
    return first


def _is_locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
