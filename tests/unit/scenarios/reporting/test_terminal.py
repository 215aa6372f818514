"""What a reader, a terminal or a character set does to the lines."""

from __future__ import annotations

import io
import os

import pytest

from scenarios.reporting.terminal import Screen, Verbosity

LONG = "a sentence that is a good deal longer than the terminal of forty columns in which it is read"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_breaks_lines_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """And sets off what follows, so that the audience sees where a line begins."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()

    Screen(Verbosity.NORMAL, out=terminal).note(LONG)
    first, *more = terminal.getvalue().splitlines()

    assert LONG.split() == terminal.getvalue().split()
    assert all(len(line) <= 40 for line in [first, *more])
    assert more
    assert all(line.startswith("    ") for line in more)


def test_what_is_no_terminal_gets_whole_lines() -> None:
    """Nothing is broken that a script reads."""
    file = io.StringIO()

    Screen(Verbosity.NORMAL, out=file).note(LONG)

    assert f"  {LONG}\n" == file.getvalue()


def test_a_character_set_without_our_signs_gets_others_of_the_same_width() -> None:
    """No crash in the middle of a run, and columns stay where they are."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")

    Screen(Verbosity.NORMAL, out=file).note("✓ ✗ · 1–2 홍")  # noqa: RUF001  # as printed

    assert b"  + x - 1~2 ?\n" == raw.getvalue()


def test_a_reader_that_goes_away_stops_nothing() -> None:
    """`head` has seen enough: the run goes on, and its exit code is the verdict's."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        screen = Screen(Verbosity.NORMAL, out=pipe)

        screen.note("into the pipe")
        screen.note("and on")
