"""The baseline put back after a run that was killed: the first thing that the next command does."""

from __future__ import annotations

import sys

from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.errors import Busy, PlatformError
from platforms.istio.resources import baseline


def restore_after_crash(platform: DemoPlatform) -> str | None:
    """Put the baseline back if a killed run left something else in force; returns the sentence to print, if it did.

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
    if told := restore_after_crash(platform):
        print(told, file=sys.stderr)


def is_restored(platform: DemoPlatform) -> bool:
    """Restore after a crash; if it cannot be, print the reason and return False."""
    try:
        print_restored(platform)
    except PlatformError as error:
        print(f"platforms: {error}", file=sys.stderr)
        return False
    return True


def _restore(platform: DemoPlatform, journal: Journal) -> str | None:
    entry = journal.read()
    if entry is None:  # its owner came to the end in the meantime
        return None
    state = State(baseline())
    platform.apply(state)
    in_force = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
    journal.close()
    return (
        f"`{entry.who}` (pid {entry.pid}, started {entry.since}) was cut off before it could restore: "
        f"the baseline is back, on all {in_force.proxies} proxies after {in_force.milliseconds:.0f} ms"
    )
