"""The baseline put back after a run that was killed: the first thing that the next command does."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, Convergence, State
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.errors import Busy, PlatformError


@dataclass(frozen=True, slots=True)
class RestoredRun:
    """A killed run whose rules were replaced by the baseline."""

    who: str
    """The command that it was."""
    pid: int
    since: str
    in_force: Convergence

    def __str__(self) -> str:
        return (
            f"`{self.who}` (pid {self.pid}, started {self.since}) was cut off before it could restore: "
            f"the baseline is back, on all {self.in_force.proxies} proxies after {self.in_force.milliseconds:.0f} ms"
        )


def restore_after_crash(platform: DemoPlatform) -> RestoredRun | None:
    """Put the baseline back if a killed run left something else in force, and return that run.

    Raises what `apply` and `wait_until_converged` raise; the entry then stays open for the next command.
    """
    journal = Journal.of(platform.key)
    if journal.read() is None:
        return None
    try:
        with exclusive(platform.key, "restoring the baseline after a killed run"):
            return _restore(platform, journal)
    except Busy:
        return None  # the run is alive and will restore by itself


def print_restored(platform: DemoPlatform) -> None:
    """Restore after a crash, and tell whoever typed the command."""
    if restored := restore_after_crash(platform):
        print(restored, file=sys.stderr)


def is_restored(platform: DemoPlatform) -> bool:
    """Restore after a crash; if it cannot be, print the reason and return False."""
    try:
        print_restored(platform)
    except PlatformError as error:
        print(f"platforms: {error}", file=sys.stderr)
        return False
    return True


def _restore(platform: DemoPlatform, journal: Journal) -> RestoredRun | None:
    entry = journal.read()
    if entry is None:  # its owner came to the end in the meantime
        return None
    state = State(baseline())
    platform.apply(state)
    in_force = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
    journal.close()
    return RestoredRun(entry.who, entry.pid, entry.since, in_force)
