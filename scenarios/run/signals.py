"""Handling of Ctrl-C, SIGTERM and SIGHUP: they stop a run at once, but not while the baseline is being restored."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from platforms.errors import Interrupted
from scenarios.messages.errors import words
from scenarios.messages.message import Message

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NAMES = {signal.SIGINT: "Ctrl-C"}


class InterruptGuard:
    """Signal handlers that raise Interrupted, and that can be deferred; a second Ctrl-C ends even the deferral."""

    def __init__(self) -> None:
        self.received: str | None = None
        """The name of the first signal, if one came."""
        self._consequence: Message | None = None
        """While signals are deferred: what a second Ctrl-C leaves undone."""

    @contextlib.contextmanager
    def installed(self) -> Iterator[InterruptGuard]:
        """Install the handlers for the block; a signal that is ignored, as under nohup, stays ignored."""
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number in _SIGNALS:
            if before[number] is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def deferred(self, consequence: Message) -> Iterator[None]:
        """Only remember the first signal in the block; a second Ctrl-C gives up and names the `consequence`."""
        self._consequence = consequence
        try:
            yield
        finally:
            self._consequence = None

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within a deferral, let a signal stop the block; one that came before stops it at its start."""
        consequence, self._consequence = self._consequence, None
        try:
            if self.received:
                raise self.stopped()
            yield
        finally:
            self._consequence = consequence

    def stopped(self) -> Interrupted:
        """The error that names the signal that was received."""
        return Interrupted(words(Message("error.stopped", signal=self.received or "")))

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        name = _NAMES.get(signal.Signals(number), signal.Signals(number).name)
        first, self.received = self.received is None, self.received or name
        if self._consequence is None:
            if first:  # a second one, before the restore has begun, must not prevent it
                raise self.stopped()
        elif not first and number == signal.SIGINT:
            raise Interrupted(words(Message("error.stopped_restoring", signal=name, consequence=self._consequence)))
