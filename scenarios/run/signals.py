"""Ctrl-C, SIGTERM and SIGHUP: they stop a run at once, but never the way back."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from platforms.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NAMES = {signal.SIGINT: "Ctrl-C"}


class Stop:
    """Turns the signals into Interrupted; holds them back on the way back, but for a second Ctrl-C."""

    def __init__(self) -> None:
        self.asked: str | None = None
        """By what the run was stopped, if it was."""
        self._way_back: str | None = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[Stop]:
        """While the block runs; a signal that is ignored, as under nohup, stays ignored."""
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number in _SIGNALS:
            if before[number] is not signal.SIG_IGN:
                signal.signal(number, self._came)
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def held_back(self, still_off: str) -> Iterator[None]:
        """The way back: a first signal waits for its end, a further Ctrl-C gives up and says what is `still_off`."""
        self._way_back = still_off
        try:
            yield
        finally:
            self._way_back = None

    def _came(self, number: int, _frame: FrameType | None) -> None:
        name = _NAMES.get(signal.Signals(number), signal.Signals(number).name)
        first, self.asked = self.asked is None, self.asked or name
        if self._way_back is None:
            if first:  # a further one, before the way back has begun, must not cut it off
                raise Interrupted(f"stopped by {name}")
        elif not first and number == signal.SIGINT:
            raise Interrupted(f"stopped by {name} on the way back: {self._way_back}")
