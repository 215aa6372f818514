"""Restoring the baseline, whenever the signal comes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.journal import Journal
from platforms.errors import Interrupted
from scenarios.events.event import Restored
from scenarios.events.stream import Stream
from scenarios.run import restore, signals
from scenarios.run.signals import InterruptGuard
from tests.fakes import FakePlatform

FILES = (restore.__file__, signals.__file__)
RULE = State(baseline(), stopped=frozenset({"ratings-v1"}))


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform(lag=0) as fake:
        yield fake


class SignalAt:
    """Sends SIGTERM to this process before the nth line that is executed of the modules under test."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._lines = count()
        self.sent = False

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> SignalAt | None:
        if frame.f_code.co_filename not in FILES or self.sent:
            return None
        if event == "line" and next(self._lines) == self._number:
            self.sent = True
            os.kill(os.getpid(), signal.SIGTERM)
        return self


def play(platform: FakePlatform, trace: SignalAt, *, keep: bool) -> Stream:
    """Put one rule in force, under the trace."""
    stream = Stream()
    entry = partial(Journal.open, who="a test", was="the baseline", will={"a rule": RULE})
    with InterruptGuard().installed() as guard:
        sys.settrace(trace)
        try:
            steps = partial(platform.apply, RULE)
            restore.restore_after(steps, platform, guard, stream, entry=entry, scenario="canary", keep=keep)
        finally:
            sys.settrace(None)
    return stream


@pytest.mark.parametrize("keep", [False, True])
def test_a_signal_at_any_line(platform: FakePlatform, *, keep: bool) -> None:
    """It stops the run, and neither a rule nor an open entry is left; or it came too late to stop anything."""
    restored = 0
    for number in count():
        trace = SignalAt(number)
        platform.applied.clear()
        try:
            stream = play(platform, trace, keep=keep)
        except Interrupted:
            restored += bool(platform.applied)
            assert platform.applied[-1:] in ([], [State(baseline())]), f"line {number}"
        else:
            kept = keep and platform.applied == [RULE]
            assert kept or isinstance(stream.past[-1], Restored), f"line {number}"
        assert Journal.of("local").read() is None, f"line {number}"
        if not trace.sent:
            break
    assert restored > 10


def test_a_signal_before_the_first_step(platform: FakePlatform) -> None:
    """No step is taken any more."""

    def stopped_in_the_entry(journal: Journal) -> None:
        Journal.open(journal, who="a test", was="the baseline", will={"a rule": RULE})
        os.kill(os.getpid(), signal.SIGTERM)

    with InterruptGuard().installed() as guard, pytest.raises(Interrupted, match="SIGTERM; the baseline is back"):
        restore.restore_after(
            partial(platform.apply, RULE),
            platform,
            guard,
            Stream(),
            entry=stopped_in_the_entry,
            scenario="",
            keep=False,
        )
    assert platform.applied == [State(baseline())]
