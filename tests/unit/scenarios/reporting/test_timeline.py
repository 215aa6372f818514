"""Answers over time."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from scenarios.evidence.observation import Observation, Tally, tally
from scenarios.reporting.timeline import MOST_SLICES, NO_ANSWER, answers, slice_ms
from scenarios.statistics.claim import Aspect


def seen(at: float, version: str = "v1") -> Observation:
    return Observation("", 200, 8.0, {"reviews-version": version}, at=at)


def count(some: Iterable[Observation]) -> Tally:
    return tally(some, Aspect.REVIEWS, within=None)


def test_every_answer_is_in_the_slice_in_which_it_came() -> None:
    """The lists begin at the first slice that has any, and are as long as each other."""
    found = answers([seen(1.25), seen(1.49, "v2"), seen(1.51)], count, began=1.0, width_ms=100)

    assert 2 == found.first
    assert {"v1": (1, 0, 0, 1), "v2": (0, 0, 1, 0)} == found.counts


def test_what_nobody_answered_is_there_too() -> None:
    """A broken connection is no version, and no gap either."""
    broken = Observation("", 0, 1.0, error="connection refused", at=1.05)

    assert {NO_ANSWER: (1,)} == answers([broken], count, began=1.0, width_ms=100).counts


def test_a_sender_whose_clock_is_off_makes_no_more_slices() -> None:
    """What it sent is counted all the same, in the first slice or the last."""
    found = answers([seen(0.0), seen(1e9)], count, began=1.0, width_ms=100)

    assert {"v1": (1, *[0] * (MOST_SLICES - 2), 1)} == found.counts


def test_no_answers_are_no_slices() -> None:
    """A step without any draws nothing."""
    assert {} == answers([], count, began=1.0, width_ms=100).counts


@pytest.mark.parametrize(("seconds", "milliseconds"), [(5, 100), (30, 100), (31, 200), (150, 500), (3600, 20_000)])
def test_a_long_run_has_longer_slices(seconds: float, milliseconds: int) -> None:
    """Never more slices than a drawing can show."""
    assert milliseconds == slice_ms(seconds)
    assert seconds * 1000 / slice_ms(seconds) <= MOST_SLICES
