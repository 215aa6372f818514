"""The time-outs as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.errors import UsageError
from scenarios.evidence.observation import BLACK_STARS, NO_REVIEWS
from scenarios.scenario import Scenario
from scenarios.timeouts import COMMAND

MARGIN = Fraction(5, 100)


def built(*words: str) -> Scenario:
    return COMMAND.scenario(words, MARGIN)


def test_the_yaml_as_it_stands_is_the_default() -> None:
    """In force in the last step."""
    assert baseline().overlaid(load(ISTIO / "timeouts.yaml")) == built().steps[2].state.resources


def test_only_the_last_step_has_a_time_out() -> None:
    """Before, the page waits for its stars: first for none that are late, then for late ones."""
    fine, late, limited = built().steps
    waits, delays = (
        [word in step.state.resources.dump() for step in (fine, late, limited)] for word in ("timeout:", "fixedDelay:")
    )

    assert [False, False, True] == waits
    assert [False, True, True] == delays
    assert [{BLACK_STARS: 1}, {BLACK_STARS: 1}, {NO_REVIEWS: 1}] == [
        step.expectations[0].shares for step in (fine, late, limited)
    ]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [([], [None, 3.0, 2.0]), (["--timeout", "200", "--delay", "1000"], [None, 2.0, 1.4])],
)
def test_a_page_has_the_time_that_it_waits(words: list[str], seconds: list[float | None]) -> None:
    """Productpage asks reviews twice, so it waits for two time-outs; a second is for a busy machine."""
    assert seconds == [step.expectations[0].budget for step in built(*words).steps]


def test_every_call_is_to_be_ended_by_the_time_out() -> None:
    """By the count of productpage's proxy, in the last step alone."""
    counting = [step.counting for step in built().steps]

    assert [None, None] == counting[:2]
    assert counting[2] is not None
    assert ("timed_out", "productpage-v1", 1) == (counting[2].kind.value, counting[2].caller, counting[2].share)


def test_without_the_time_out_the_same_is_claimed() -> None:
    """Of a state that cannot keep it."""
    control, right = built("--no-timeout"), built()

    assert control.steps[2].expectations == right.steps[2].expectations
    assert control.steps[2].state == control.steps[1].state == right.steps[1].state


def test_a_delay_that_the_wait_might_outlast_is_refused() -> None:
    """In one line, before anything is planned."""
    with pytest.raises(UsageError, match="--timeout 600 --delay 1000: ratings must be late") as refused:
        built("--timeout", "600", "--delay", "1000")

    assert 1 == len(str(refused.value).splitlines())
