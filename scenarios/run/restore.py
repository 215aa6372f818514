"""Restoring the baseline after a run, however the run ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.demo.journal import DemoPlatform, Journal
from platforms.errors import DemoError, Interrupted, NotReachable, Silent
from scenarios.events.event import Kept, Noted, NotRestored, Restored
from scenarios.events.stream import Stream
from scenarios.messages.errors import told, words
from scenarios.messages.message import Message, Text
from scenarios.run.signals import InterruptGuard


@contextlib.contextmanager
def restoring_baseline(
    platform: DemoPlatform, guard: InterruptGuard, stream: Stream, *, scenario: str, keep: bool
) -> Iterator[None]:
    """Restore the baseline after the block, whatever ended it, unless it ended well and the rule is to be kept.

    A failure to restore after a block that ended well is an event and no error, so that the measurements are not lost.
    """
    try:
        yield
    except BaseException as cause:
        if error := _restore(platform, guard, stream, scenario=scenario, cause=cause):
            raise error from cause
        if isinstance(cause, Interrupted):
            raise _stopped(told(cause)) from None
        raise
    if keep:
        Journal.of(platform.key).close()
        stream.publish(Kept())
        return
    error = _restore(platform, guard, stream, scenario=scenario)
    if guard.received:
        raise error or _stopped(Message("error.stopped", signal=guard.received))
    if error:
        stream.publish(NotRestored(told(error), type(error).__name__, error.exit_code))


def _restore(
    platform: DemoPlatform,
    guard: InterruptGuard,
    stream: Stream,
    *,
    scenario: str,
    cause: BaseException | None = None,
) -> DemoError | None:
    """Restore the baseline, whoever wants to stop meanwhile; returns the error that it cannot be."""
    consequence = Message("error.rule_remains", scenario=scenario)
    state = State(baseline())
    with guard.deferred(consequence):
        if cause:
            stream.publish(Noted(Message("run.restoring", why=told(cause) or type(cause).__name__)))
        try:
            platform.apply(state)
            convergence = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
        except Interrupted:
            raise
        except DemoError as error:
            # Without a demo there is no rule either; the error then says what to do.
            gone = isinstance(error, NotReachable) and not isinstance(error, Silent)
            return type(error)(
                words(
                    Message("error.not_restored_gone", error=told(error))
                    if gone
                    else Message("error.not_restored", error=told(error), consequence=consequence)
                )
            )
        Journal.of(platform.key).close()
    stream.publish(Restored(convergence))
    return None


def _stopped(why: Text) -> Interrupted:
    return Interrupted(words(Message("error.stopped_restored", why=why)))
