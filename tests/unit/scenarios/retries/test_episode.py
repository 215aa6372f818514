"""The retries as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from scenarios.evidence.observation import NO_RATINGS, RED_STARS
from scenarios.retries import COMMAND
from scenarios.retries.episode import budget
from scenarios.scenario import Scenario

MARGIN = Fraction(5, 100)


def built(*words: str) -> Scenario:
    return COMMAND.scenario(words, MARGIN)


def test_the_yaml_as_it_stands_is_the_default() -> None:
    """In force in the last step."""
    assert baseline().overlaid(load(ISTIO / "retries.yaml")) == built().steps[2].state.resources


def test_ratings_are_as_flaky_with_retries_as_without() -> None:
    """What is met is claimed first; then every page is whole."""
    fine, flaky, hidden = built("--percent", "10").steps
    yaml = [step.state.resources.dump() for step in (fine, flaky, hidden)]

    assert [False, True, True] == ["value: 10" in one for one in yaml]
    assert [False, False, True] == ["attempts: 5" in one for one in yaml]
    assert {RED_STARS: Fraction(9, 10), NO_RATINGS: Fraction(1, 10)} == flaky.expectations[0].shares
    assert {RED_STARS: 1} == fine.expectations[0].shares == hidden.expectations[0].shares


def test_a_retry_rescues_as_many_calls_as_hang() -> None:
    """By the count of productpage's proxy, in the last step alone."""
    counting = [step.counting for step in built().steps]

    assert [None, None] == counting[:2]
    assert counting[2] is not None
    assert ("rescued", Fraction(1, 5)) == (counting[2].kind.value, counting[2].share)


@pytest.mark.parametrize(("percent", "seconds"), [(1, 1.0), (5, 1.6), (20, 2.2), (30, 2.8)])
def test_a_page_has_time_for_the_tries_that_hang(percent: int, seconds: float) -> None:
    """Of 99 of 100 pages; and a second for a busy machine."""
    assert seconds == pytest.approx(budget(percent))


def test_without_the_retries_the_same_is_claimed() -> None:
    """Of a state that cannot keep it."""
    control, right = built("--no-retries"), built()

    assert control.steps[2].expectations == right.steps[2].expectations
    assert control.steps[2].state == right.steps[1].state
