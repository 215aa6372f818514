"""The stream of a run's events: it keeps all of them, and tells each to its listeners."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

from platforms.errors import DemoError, Interrupted
from scenarios.events.event import Event, Failed
from scenarios.messages.errors import told
from scenarios.messages.message import Message

log = logging.getLogger(__name__)

Listener = Callable[[Event], Any]


class Stream:
    """What has happened so far in a run, and who hears of it.

    A listener that fails hears no more: the run goes on, for nobody's screen or disk may leave a canary behind.
    """

    def __init__(self, *listeners: Listener) -> None:
        self.past: list[Event] = []
        """Every event, in order."""
        self.failures: list[Exception] = []
        """Why listeners were lost; for whoever runs the run, when it is over."""
        self._listeners = list(listeners)

    def publish(self, event: Event) -> None:
        """Tell all listeners; raises nothing but what a signal raises while they listen."""
        self.past.append(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Interrupted:
                raise
            except Exception as error:
                log.debug("%s hears no more: %s", listener, error, exc_info=True)
                self._listeners.remove(listener)
                self.failures.append(error)

    @contextlib.contextmanager
    def telling_failure(self) -> Iterator[None]:
        """Let the last event be that the run failed, if the block does."""
        try:
            yield
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt)
            why = Message("error.stopped", signal="Ctrl-C") if stopped else told(error) or type(error).__name__
            code = getattr(error, "exit_code", Interrupted.exit_code if stopped else DemoError.exit_code)
            self.publish(Failed(why, type(error).__name__, code))
            raise
