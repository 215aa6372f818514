"""A stream tells every listener everything, and none of them stops a run."""

from __future__ import annotations

import pytest

from platforms.errors import Busy, Interrupted
from scenarios.events.event import Event, Failed, Locked, Noted
from scenarios.events.stream import Stream
from scenarios.messages.errors import words
from scenarios.messages.message import Message

EVENTS = [Locked(), Noted("a"), Noted("b"), Noted("c")]


def test_every_listener_hears_every_event() -> None:
    """In its order; the stream keeps them."""
    first: list[Event] = []
    second: list[Event] = []
    stream = Stream(first.append, second.append)
    for event in EVENTS:
        stream.publish(event)

    assert EVENTS == first == second == stream.past
    assert [] == stream.failures


@pytest.mark.parametrize("error", [OSError("full"), RuntimeError("a bug"), Busy("taken")])
def test_a_listener_that_fails_hears_no_more(error: Exception) -> None:
    """The others hear everything, and the failure is kept for the end."""
    failed: list[Event] = []
    heard: list[Event] = []

    def failing(event: Event) -> None:
        failed.append(event)
        if len(failed) == 2:
            raise error

    stream = Stream(failing, heard.append)
    for event in EVENTS:
        stream.publish(event)

    assert EVENTS[:2] == failed
    assert EVENTS == heard == stream.past
    assert [error] == stream.failures


@pytest.mark.parametrize("stop", [Interrupted("stopped by Ctrl-C"), KeyboardInterrupt()])
def test_a_signal_that_comes_while_somebody_listens_stops_the_run(stop: BaseException) -> None:
    """It is no failure of the listener, which hears how the run ends."""
    heard: list[Event] = []

    def interrupted(event: Event) -> None:
        heard.append(event)
        if len(heard) == 1:
            raise stop

    stream = Stream(interrupted)
    with pytest.raises(type(stop)):
        stream.publish(EVENTS[0])
    stream.publish(EVENTS[1])

    assert EVENTS[:2] == heard
    assert [] == stream.failures


@pytest.mark.parametrize(
    ("error", "why", "code"),
    [
        (Busy(words(Message("found.other"))), Message("found.other"), 3),
        (Interrupted("stopped by Ctrl-C"), "stopped by Ctrl-C", 130),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device", 3),
        (AssertionError(), "AssertionError", 3),
        (KeyboardInterrupt(), Message("error.stopped", signal="Ctrl-C"), 130),
    ],
)
def test_a_failure_is_the_last_event(error: BaseException, why: Message | str, code: int) -> None:
    """Whoever follows is told why there is no verdict; the error goes on to whoever ran the run."""
    stream = Stream()
    with pytest.raises(type(error)), stream.telling_failure():
        raise error
    (failed,) = stream.past

    assert isinstance(failed, Failed)
    assert (why, type(error).__name__, code) == (failed.why, failed.kind, failed.exit_code)
