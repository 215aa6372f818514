"""The recordings of the rehearsal, packed for git."""

from __future__ import annotations

from scenarios.events.event import Answered, Event, Opened
from scenarios.events.line import decode
from stage.recordings.player import moments
from tests.unit.stage.recorded import canary_run
from tools.rehearsal import packed


def _scattered() -> list[Event]:
    """The run with a line for each answer, as a slow one is recorded."""
    return [
        one
        for event in canary_run()
        for one in (
            [Answered(event.step, (seen,), at=seen.at) for seen in event.seen]
            if isinstance(event, Answered)
            else [event]
        )
    ]


def test_nothing_is_lost() -> None:
    """What is played is the same, with all answers of a step in one line."""
    lines = packed(_scattered()).splitlines()
    events = [decode(line) for line in lines]

    assert 2 == sum(isinstance(event, Answered) for event in events)
    assert [one.what for one in moments(canary_run())] == [one.what for one in moments(events)]


def test_no_address_of_whoever_recorded() -> None:
    """A rehearsal names the page where a demo has it."""
    first = decode(packed(_scattered()).partition("\n")[0])

    assert isinstance(first, Opened)
    assert "http://127.0.0.1:9080/productpage" == first.url
