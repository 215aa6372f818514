"""The way back: after a run, however it ended, the baseline is in force again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from platforms.boundary import Platform, State
from platforms.demo.journal import Journal
from platforms.errors import DemoError, Interrupted, NotReachable, Silent
from platforms.istio.resources import baseline
from scenarios.reporting.terminal import Screen
from scenarios.run.signals import Stop

CONVERGES = 30.0
"""How long the proxies get to serve a state."""


@dataclass
class Aftermath:
    """How a run left the platform."""

    restored_ms: float | None = None
    restored: float | None = None
    """When it was, in wall-clock seconds."""
    kept: bool = False
    error: DemoError | None = None
    """Why the baseline is not back although the run itself came to its end."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """Restores the platform, unless the rule is to be kept."""

    platform: Platform
    stop: Stop
    screen: Screen
    keep: bool

    @contextlib.contextmanager
    def after(self, what: str) -> Iterator[Aftermath]:
        """Restores the baseline after the block, whatever ended it, unless it ended well and the rule is to be kept.

        A failure to restore after a block that ended well is left in the aftermath, so that the results are not lost.
        """
        aftermath = Aftermath()
        try:
            yield aftermath
        except BaseException as cause:
            self._restore(what, aftermath, why=str(cause) or type(cause).__name__)
            if aftermath.error:
                raise aftermath.error from cause
            if isinstance(cause, Interrupted):
                raise Interrupted(f"{cause}; the baseline is back") from None
            raise
        if self.keep:
            Journal.of(self.platform.key).close()
            aftermath.kept = True
            return
        self._restore(what, aftermath)
        if self.stop.asked:
            raise aftermath.error or Interrupted(f"stopped by {self.stop.asked}; the baseline is back")

    def _restore(self, what: str, aftermath: Aftermath, *, why: str = "") -> None:
        still_off = f"a rule of {what} may still be in force, and `python -m platforms reset` brings the baseline back"
        state = State(baseline())
        with self.stop.held_back(still_off):
            if why:
                self.screen.note(f"{why}: restoring the baseline")
            try:
                self.platform.apply(state)
                convergence = self.platform.wait_until_converged(state, timeout=CONVERGES)
            except Interrupted:
                raise
            except DemoError as error:
                # Where no demo is left, no rule is; the error says what to do then.
                gone = isinstance(error, NotReachable) and not isinstance(error, Silent)
                after = "" if gone else f"; {still_off}"
                aftermath.error = type(error)(f"the baseline is not back: {error}{after}")
                return
            Journal.of(self.platform.key).close()
        aftermath.restored_ms, aftermath.restored = convergence.milliseconds, time.time()
        self.screen.in_force("baseline", convergence)
