"""The clock of a recording."""

from __future__ import annotations

import pytest

from scenarios.events.event import Answered, Event, Noted, Over
from scenarios.evidence.observation import Observation
from stage.recordings.player import Player, moments


class Clock:
    def __init__(self) -> None:
        self.now = 500.0

    def __call__(self) -> float:
        return self.now


_EVENTS: list[Event] = [
    Noted("begun", at=100.0),
    Answered(0, (Observation("", 200, 5.0, at=101.0), Observation("", 200, 5.0, at=103.0)), at=103.5),
    Noted("between", at=102.0),
    Over(10.0, at=110.0),
]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def player(clock: Clock) -> Player:
    return Player(moments(_EVENTS), clock=clock)


def _times(player: Player) -> list[float]:
    return [moment.at for moment in player.taken()]


def test_answers_stand_at_their_own_time() -> None:
    """They are written down some at a time, and were not given so."""
    assert [100.0, 101.0, 102.0, 103.0, 110.0] == [moment.at for moment in moments(_EVENTS)]


def test_everything_happens_once_and_in_its_time(player: Player, clock: Clock) -> None:
    """As it happened then, until the end."""
    assert [100.0] == _times(player)
    clock.now += 2.5
    assert [101.0, 102.0] == _times(player)
    assert [] == _times(player)
    clock.now += 100
    assert [103.0, 110.0] == _times(player)
    assert player.is_over
    assert 110.0 == player.now


def test_speed_and_pause_change_nothing_of_what_was(player: Player, clock: Clock) -> None:
    """The place stays where it is when either is changed."""
    clock.now += 1
    player.set(speed=0.5)
    clock.now += 2
    assert 102.0 == player.now
    player.set(paused=True)
    clock.now += 50
    assert 102.0 == player.now
    player.set(paused=False, speed=4.0)
    clock.now += 1
    assert 106.0 == player.now


def test_steps_go_from_one_event_to_the_next(player: Player) -> None:
    """Not from answer to answer, of which there are hundreds; and it stands still there."""
    assert [100.0] == _times(player)
    player.step()
    assert [101.0, 102.0] == _times(player)
    player.step()
    assert [103.0, 110.0] == _times(player)
    player.step()
    assert [] == _times(player)
    assert player.view().paused


def test_the_beginning_again(player: Player, clock: Clock) -> None:
    """All that lies before the place is taken anew."""
    clock.now += 100
    player.taken()
    player.seek(102.5)

    assert [100.0, 101.0, 102.0] == _times(player)
    assert (2.5, 10.0) == (player.view().at_s, player.view().of_s)
