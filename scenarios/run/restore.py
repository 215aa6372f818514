"""Restoring the baseline after a run, however the run ended."""

from __future__ import annotations

from collections.abc import Callable

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.demo.journal import DemoPlatform, Journal
from platforms.errors import DemoError, Interrupted, NotReachable, Silent
from scenarios.events.event import Kept, Noted, NotRestored, Restored
from scenarios.events.stream import Stream
from scenarios.messages.errors import told, words
from scenarios.messages.message import Message, Text
from scenarios.run.signals import InterruptGuard


def restore_after(
    steps: Callable[[], None],
    platform: DemoPlatform,
    guard: InterruptGuard,
    stream: Stream,
    *,
    entry: Callable[[Journal], None],
    scenario: str,
    keep: bool,
) -> None:
    """Take the steps and restore the baseline, whatever ended them, unless they ended well and the rule is to be kept.

    `entry` opens the journal first: from then on a signal stops nothing but the steps, for what it stops
    between two lines of this function would never be restored. A failure to restore after steps that ended well is an
    event and no error, so that the measurements are not lost.
    """
    consequence = Message("error.rule_remains", scenario=scenario)
    journal = Journal.of(platform.key)
    with guard.deferred(consequence):
        entry(journal)
        try:
            with guard.interruptible():
                steps()
        except BaseException as cause:
            stream.publish(Noted(Message("run.restoring", why=told(cause) or type(cause).__name__)))
            if error := _restore(platform, journal, stream, consequence):
                raise error from cause
            if isinstance(cause, Interrupted):
                raise _stopped(told(cause)) from None
            raise
        if keep and not guard.received:
            journal.close()
            stream.publish(Kept())
            return
        error = _restore(platform, journal, stream, consequence)
        if guard.received:
            raise error or _stopped(told(guard.stopped()))
        if error:
            stream.publish(NotRestored(told(error), type(error).__name__, error.exit_code))


def _restore(platform: DemoPlatform, journal: Journal, stream: Stream, consequence: Message) -> DemoError | None:
    """Restore the baseline; returns the error that it cannot be."""
    state = State(baseline())
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
    journal.close()
    stream.publish(Restored(convergence))
    return None


def _stopped(why: Text) -> Interrupted:
    return Interrupted(words(Message("error.stopped_restored", why=why)))
