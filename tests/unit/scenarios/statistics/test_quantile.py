"""A percentile lies between two of the values, whatever they look like."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from scenarios.statistics import binomial
from scenarios.statistics.quantile import bounds, is_at_most

P95 = Fraction(95, 100)
ALPHA = binomial.ALPHA


def test_bounds_are_values_in_order() -> None:
    """Of 480 values, the 95th percentile is seldom below the 437th or above the 472nd."""
    low, high = bounds([float(number) for number in reversed(range(1, 481))], P95, ALPHA)

    assert (437, 472) == (low, high)


def test_few_values_have_no_upper_bound() -> None:
    """Nothing is above the largest."""
    assert (None, None) == bounds([], P95, ALPHA)
    low, high = bounds([1.0] * 20, P95, ALPHA)
    assert (1.0, None) == (low, high)


def test_the_bounds_keep_their_promise() -> None:
    """Exactly: the sum of the binomial probabilities outside of them is at most what was given up, on either side."""
    fits = binomial.allowed(480, P95, ALPHA)
    below = binomial.probability_below(fits.low, requests=480, share=P95)
    above = 1 - binomial.probability_below(fits.high + 1, requests=480, share=P95)

    assert 0 < below <= ALPHA / 2
    assert 0 < above <= ALPHA / 2 + 1e-12


@pytest.mark.parametrize(("factor", "expected"), [(1.0, False), (0.9, False), (0.4, True), (0.75, None)])
def test_is_at_most(factor: float, expected: bool | None) -> None:  # noqa: FBT001  # a row each
    """The same time is not three quarters of it, less than half is; what is near that line is left open."""
    chance = random.Random(7)  # noqa: S311  # chance, not secrecy
    before = [300 + 60 * chance.random() for _ in range(480)]
    after = [factor * (300 + 60 * chance.random()) for _ in range(480)]

    assert expected is is_at_most(after, before, Fraction(3, 4), P95, ALPHA)


def test_a_dozen_late_pages_prove_nothing() -> None:
    """Of 480, so many may have been under way while a machine stood still."""
    after = [100.0] * 468 + [5000.0] * 11

    assert True is is_at_most(after, [350.0] * 480, Fraction(3, 4), P95, ALPHA)


def test_too_few_do_not_tell() -> None:
    """However different they are."""
    assert None is is_at_most([1.0] * 20, [1000.0] * 20, Fraction(3, 4), P95, ALPHA)
    assert None is is_at_most([], [], Fraction(3, 4), P95, ALPHA)
