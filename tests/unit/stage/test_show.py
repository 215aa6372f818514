"""The place in the talk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.errors import UsageError
from scenarios.messages.language import Language
from stage.episodes import talk
from stage.show import Place, Show


def test_the_talk_is_twelve_steps_and_ends_at_both_ends() -> None:
    """By one key from the first step to the last, by the other back again, and nowhere else."""
    show = Show(Language.ENGLISH, "opennaru")
    there = [show.place]
    while (following := show.moved(1)) != show.place:
        there.append(following)
        show = replace(show, place=following)
    back = [show.place]
    while (before := show.moved(-1)) != show.place:
        back.append(before)
        show = replace(show, place=before)

    assert 12 == len(there)
    assert Place(3, "prove") == there[-1]
    assert there == back[::-1]


def test_the_clock_starts_with_the_first_step() -> None:
    """Waiting for the audience is no part of the talk; each step has its own time."""
    waiting = Show(Language.ENGLISH, "opennaru")
    begun = waiting.at(Place(1, "do"), 1_000)
    later = begun.at(Place(1, "show"), 5_000)

    assert 0 == waiting.talk_started_ms
    assert (1_000, 1_000) == (begun.talk_started_ms, begun.step_started_ms)
    assert (1_000, 5_000) == (later.talk_started_ms, later.step_started_ms)
    assert later == later.at(Place(1, "show"), 9_000)


@pytest.mark.parametrize(
    ("episode", "phase"), [(0, "say"), (4, "say"), (1, "sing"), (True, "say"), ("1", "say"), (1, None)]
)
def test_a_step_that_the_talk_has_not(episode: object, phase: object) -> None:
    """Anything may come from a browser."""
    with pytest.raises(UsageError, match="no step of the talk"):
        Show(Language.ENGLISH, "opennaru").named(episode, phase)


def test_a_talk_of_another_length() -> None:
    """Its last step is the proof of its last episode, and the first of that can be named."""
    show = Show(Language.ENGLISH, "opennaru", talk(None, ["zero_trust"]))

    assert 16 == len(show.steps)
    assert Place(4, "prove") == show.steps[-1]
    assert "zero_trust" == replace(show, place=show.named(4, "say")).episode.name
