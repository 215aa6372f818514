"""Recordings are read however far they got, and while they are written."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from platforms.errors import UsageError
from scenarios.events.event import Event
from scenarios.events.line import encode
from scenarios.events.reading import _events, follow, is_being_written, read
from tests.unit.scenarios.events.samples import of_each_kind

EVENTS = of_each_kind()
LINES = [f"{encode(event)}\n".encode() for event in EVENTS]


def recording(folder: Path, data: bytes = b"".join(LINES)) -> Path:
    path = folder / "recording.jsonl"
    path.write_bytes(data)
    return path


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    """All events, in their order."""
    assert read(recording(tmp_path)) == tuple(EVENTS)


@pytest.mark.parametrize("every", [31, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_a_recording_that_was_cut_at_any_byte_is_read_up_to_its_last_whole_line(tmp_path: Path, every: int) -> None:
    """Only what is cut within its first line is no recording of a run."""
    path = recording(tmp_path)
    whole: list[Event] = list(EVENTS)
    begins = len(b"".join(LINES[:-1]))
    for size in range(path.stat().st_size - 1, len(LINES[0]) - 1, -every):
        while size < begins + len(LINES[len(whole) - 1]):
            whole.pop()
            begins -= len(LINES[len(whole) - 1])
        os.truncate(path, size)
        assert list(read(path)) == whole, size
        assert list(follow(path, given_up=threading.Event())) == whole, size
    for size in range(len(LINES[0]) - 1, -1, -every):
        os.truncate(path, size)
        with pytest.raises(UsageError, match="nothing in it"):
            read(path)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no recording of a run: nothing in it"),
        (LINES[1], "no recording of a run: it begins otherwise"),
        (b"{}\n", "at byte 0: no event of a run"),
        (b"\xff\n", "at byte 0: 'utf-8' codec"),
        (LINES[0] + b"{}\n", f"at byte {len(LINES[0]):,}: no event of a run"),
    ],
    ids=["empty", "no opening", "no event", "no text", "no event after the opening"],
)
def test_what_is_no_recording_is_refused(data: bytes, why: str, tmp_path: Path) -> None:
    """In one line, which names the file and the place."""
    path = recording(tmp_path, data)
    with pytest.raises(UsageError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: {why}")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """Neither reading nor following makes a file."""
    for reading in (read, lambda path: list(follow(path, given_up=threading.Event()))):
        with pytest.raises(UsageError, match="No such file"):
            reading(tmp_path / "none.jsonl")
    assert not is_being_written(tmp_path / "none.jsonl")


def test_a_recording_that_nobody_writes_is_followed_to_its_end(tmp_path: Path) -> None:
    """However its run ended: nothing is waited for."""
    path = recording(tmp_path, b"".join(LINES[:5]))
    path.chmod(stat.S_IRUSR)

    assert list(follow(path, given_up=threading.Event())) == EVENTS[:5]


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    """Wherever the writer has got to when the file is looked at."""
    half = len(LINES[1]) // 2
    path = recording(tmp_path, LINES[0] + LINES[1][:half])
    with path.open("rb") as reader, path.open("ab", buffering=0) as writer:
        assert EVENTS[:1] == list(_events(reader, path))
        writer.write(LINES[1][half:] + LINES[2][:half])
        assert EVENTS[1:2] == list(_events(reader, path))
        writer.write(LINES[2][half:])
        assert EVENTS[2:3] == list(_events(reader, path))
