"""What a reader, a terminal or a character set does to the lines."""

from __future__ import annotations

import io
import os

import pytest

from scenarios.events.event import Answered, Found, Noted, Sending
from scenarios.messages.message import Message
from scenarios.reporting.terminal import Screen, Verbosity
from tests.unit.scenarios.events.samples import ANSWERS, of_each_kind, opened

LONG = "a sentence that is a good deal longer than the terminal of forty columns in which it is read"

HIDDEN_CURSOR, SHOWN_CURSOR = "\x1b[?25l", "\x1b[?25h"


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


def test_a_bar_moves_with_the_answers_and_is_gone_before_the_next_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the requests end: a run that is stopped has a bar too."""
    monkeypatch.setenv("COLUMNS", "100")
    out, err = Terminal(), Terminal()
    screen = Screen(Verbosity.NORMAL, out=out, err=err)
    for event in (opened(), Sending(0, 8), Answered(0, ANSWERS), Answered(0, ANSWERS[:1])):
        screen(event)
    assert SHOWN_CURSOR not in err.getvalue()
    screen(Noted("stopped"))
    drawn = err.getvalue()

    assert "stars are there" in drawn
    assert "5/8" in drawn
    assert drawn.rindex(HIDDEN_CURSOR) < drawn.rindex(SHOWN_CURSOR)
    assert "  stopped\n" == out.getvalue().splitlines(keepends=True)[-1]


@pytest.mark.parametrize("verbosity", [Verbosity.QUIET, Verbosity.JSON])
def test_events_leave_nothing_on_stdout_that_a_script_reads(verbosity: Verbosity) -> None:
    """The result alone is printed there."""
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(verbosity, out=out, err=err)
    for event in of_each_kind():
        screen(event)

    assert "" == out.getvalue() + err.getvalue()


def test_a_line_per_hop() -> None:
    """What the platform did, and when; the claims before it."""
    out = io.StringIO()
    screen = Screen(Verbosity.NORMAL, out=out, err=io.StringIO())
    for event in of_each_kind():
        screen(event)
    first, *lines = out.getvalue().splitlines()

    assert first.startswith("fault_ratings abort, reviews v3 · local · http://127.0.0.1:9080/productpage")
    assert "  stars are there · in force on 7 proxies after 12 ms · revision 0674b94" in lines
    assert "  stars are there · 4 requests in 1.5 s" in lines
    assert "  baseline · in force on 7 proxies after 12 ms · revision 0674b94" in lines


def test_a_rule_that_was_there_before_is_told() -> None:
    """The baseline will follow it; at the baseline there is nothing to tell."""
    for state, told in (("found.other", 1), ("found.baseline", 0)):
        out = io.StringIO()
        Screen(Verbosity.NORMAL, out=out)(Found(Message(state)))
        assert told == out.getvalue().count("a rule other than the baseline is in force")
