"""The right to change a demo, from the first change until the baseline is back: its lock, and an open entry in its journal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from platforms.boundary import State
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.errors import NotReachable
from scenarios.messages.catalogue import english
from scenarios.messages.message import Text


class Hold:
    """The demo that is up, and whether we may change it; another command is refused meanwhile, and a killed stage is healed."""

    def __init__(self, connect: Callable[[], DemoPlatform], command: str) -> None:
        """`command` is what others are told of us."""
        self._connect = connect
        self._command = command
        self._platform: DemoPlatform | None = None
        self._lock: ExitStack | None = None

    @property
    def is_held(self) -> bool:
        return self._lock is not None

    def platform(self) -> DemoPlatform:
        """Return the demo that is up, another than before if that has gone; raises NotReachable where none is."""
        if self._platform is not None:
            if self.is_held or _answers(self._platform):
                return self._platform
            self.let_go()
        self._platform = self._connect()
        return self._platform

    def in_peace(self) -> DemoPlatform | None:
        """Return the demo once what a killed command left is undone; None while another command is changing it."""
        platform = self.platform()
        if not self.is_held:
            restore_after_crash(platform)
        return platform if Journal.of(platform.key).read() is None else None

    def take(self, title: Text, state: State, *, was: Text) -> DemoPlatform:
        """Write down, before it is done, that the state is put in force; raises Busy where somebody else changes the demo."""
        platform = self.platform()
        if self._lock is None:
            restore_after_crash(platform)
            with ExitStack() as stack:
                stack.enter_context(exclusive(platform.key, self._command))
                self._lock = stack.pop_all()
        Journal.of(platform.key).open(who=self._command, was=english(was), will={english(title): state})
        return platform

    def give_up(self) -> None:
        """End it: the baseline is back."""
        if self._platform is not None and self.is_held:
            Journal.of(self._platform.key).close()
        self._unlock()

    def let_go(self) -> None:
        """End it although nobody knows whether the baseline is back: an open entry stays for the next command."""
        self._unlock()
        if self._platform is not None:
            self._platform.close()
            self._platform = None

    def _unlock(self) -> None:
        if self._lock is not None:
            lock, self._lock = self._lock, None
            lock.close()


def _answers(platform: DemoPlatform) -> bool:
    try:
        platform.instances()
    except NotReachable:
        return False
    return True
