"""Restoring the baseline after a run, however the run ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.demo.journal import DemoPlatform, Journal
from platforms.errors import DemoError, Interrupted, NotReachable, Silent
from scenarios.messages.errors import told, words
from scenarios.messages.message import Message, Text
from scenarios.reporting.terminal import Screen
from scenarios.run.signals import InterruptGuard


@dataclass
class RestoreResult:
    """The state in which a run left the platform; complete once the block of `restoring_baseline` has ended."""

    milliseconds: float | None = None
    """How long the restore took; None if there was none."""
    restored_at: float | None = None
    """Wall-clock seconds."""
    kept: bool = False
    """The run left its rule in force, as it was asked to."""
    error: DemoError | None = None
    """Why the baseline is not back although the run itself ended well."""


@contextlib.contextmanager
def restoring_baseline(
    platform: DemoPlatform, guard: InterruptGuard, screen: Screen, *, scenario: str, keep: bool
) -> Iterator[RestoreResult]:
    """Restore the baseline after the block, whatever ended it, unless it ended well and the rule is to be kept.

    A failure to restore after a block that ended well is returned in the result, so that the measurements are not lost.
    """
    result = RestoreResult()
    try:
        yield result
    except BaseException as cause:
        _restore(platform, guard, screen, result, scenario=scenario, cause=cause)
        if result.error:
            raise result.error from cause
        if isinstance(cause, Interrupted):
            raise _stopped(told(cause)) from None
        raise
    if keep:
        Journal.of(platform.key).close()
        result.kept = True
        return
    _restore(platform, guard, screen, result, scenario=scenario)
    if guard.received:
        raise result.error or _stopped(Message("error.stopped", signal=guard.received))


def _restore(
    platform: DemoPlatform,
    guard: InterruptGuard,
    screen: Screen,
    result: RestoreResult,
    *,
    scenario: str,
    cause: BaseException | None = None,
) -> None:
    consequence = Message("error.rule_remains", scenario=scenario)
    state = State(baseline())
    with guard.deferred(consequence):
        if cause:
            screen.note(Message("run.restoring", why=told(cause) or type(cause).__name__))
        try:
            platform.apply(state)
            convergence = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
        except Interrupted:
            raise
        except DemoError as error:
            # Without a demo there is no rule either; the error then says what to do.
            gone = isinstance(error, NotReachable) and not isinstance(error, Silent)
            result.error = type(error)(
                words(
                    Message("error.not_restored_gone", error=told(error))
                    if gone
                    else Message("error.not_restored", error=told(error), consequence=consequence)
                )
            )
            return
        Journal.of(platform.key).close()
    result.milliseconds, result.restored_at = convergence.milliseconds, time.time()
    screen.in_force(Message("run.baseline"), convergence)


def _stopped(why: Text) -> Interrupted:
    return Interrupted(words(Message("error.stopped_restored", why=why)))
