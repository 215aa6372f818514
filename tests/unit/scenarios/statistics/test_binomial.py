"""Our binomial tests, checked by scipy."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from scenarios.statistics import binomial

SHARES = st.fractions(min_value=Fraction(1, 10_000), max_value=Fraction(9_999, 10_000), max_denominator=10_000)
ALPHA = 0.0002


@given(requests=st.integers(1, 5_000), share=SHARES, data=st.data())
def test_below_is_the_binomial_distribution(requests: int, share: Fraction, data: st.DataObject) -> None:
    """The probability of fewer than so many is what scipy says it is."""
    count = data.draw(st.integers(0, requests + 1))

    assert math.isclose(
        binom.cdf(count - 1, requests, float(share)),
        binomial.probability_below(count, requests=requests, share=share),
        rel_tol=1e-7,
        abs_tol=1e-12,
    )


@given(answers=st.integers(1, 3_000), part=st.floats(0, 1))
def test_an_interval_is_clopper_and_pearsons(answers: int, part: float) -> None:
    """Says scipy."""
    count = round(part * answers)
    exact = binomtest(count, answers).proportion_ci(confidence_level=0.95, method="exact")

    assert (exact.low, exact.high) == pytest.approx(binomial.confidence_interval(count, answers, 0.05), abs=2e-6)


@given(data=st.data(), answers=st.integers(1, 100_000))
def test_the_quick_interval_is_wilsons(data: st.DataObject, answers: int) -> None:
    """Says scipy; it ends at 0 and at 1."""
    count = data.draw(st.integers(0, answers))
    wilson = binomtest(count, answers).proportion_ci(0.95, method="wilson")
    low, high = binomial.quick_interval(count, answers, 0.05)

    assert (wilson.low, wilson.high) == pytest.approx((low, high), abs=1e-9)
    assert 0 <= low < high <= 1


@given(requests=st.integers(1, 5_000), share=SHARES)
def test_a_right_mesh_seldom_leaves_the_range(requests: int, share: Fraction) -> None:
    """On either side, what the range leaves out has at most half the chance of a false alarm."""
    fits = binomial.allowed(requests, share, ALPHA)

    assert binom.cdf(fits.low - 1, requests, float(share)) <= ALPHA / 2 * (1 + 1e-6)
    assert binom.sf(fits.high, requests, float(share)) <= ALPHA / 2 * (1 + 1e-6)


@given(requests=st.integers(1, 5_000), share=SHARES)
def test_the_range_is_as_narrow_as_it_can_be(requests: int, share: Fraction) -> None:
    """One count less on either side would break the promise."""
    fits = binomial.allowed(requests, share, ALPHA)

    assert binom.cdf(fits.low, requests, float(share)) > ALPHA / 2 * (1 - 1e-6)
    assert binom.sf(fits.high - 1, requests, float(share)) > ALPHA / 2 * (1 - 1e-6)


@pytest.mark.parametrize(("share", "only"), [(Fraction(0), 0), (Fraction(1), 700)])
def test_a_share_of_none_or_all_allows_no_exception(share: Fraction, only: int) -> None:
    """Weight 0 allows no answer, weight 100 nothing but answers."""
    assert binomial.Range(only, only) == binomial.allowed(700, share, ALPHA)


@given(
    weights=st.tuples(st.integers(1, 99), st.integers(1, 99)),
    margin=st.sampled_from([Fraction(1, 50), Fraction(5, 100), Fraction(1, 10), Fraction(1, 2)]),
)
def test_as_many_requests_as_needed_catch_the_margin(weights: tuple[int, int], margin: Fraction) -> None:
    """A split off by the margin, up or down, is caught in 99 of 100 runs, says scipy."""
    share = Fraction(weights[0], sum(weights))
    requests = binomial.requests_needed([share], margin=margin, alpha=ALPHA)
    fits = binomial.allowed(requests, share, ALPHA)

    for wrong in (max(Fraction(0), share - margin), share + margin):
        if wrong <= 1:
            beta = binom.cdf(fits.high, requests, float(wrong)) - binom.cdf(fits.low - 1, requests, float(wrong))
            assert beta <= 0.01 * (1 + 1e-6)


@given(weights=st.tuples(st.integers(1, 99), st.integers(1, 99)), requests=st.integers(1, 3_000))
def test_the_smallest_deviation_is_caught_and_the_next_smaller_is_not(weights: tuple[int, int], requests: int) -> None:
    """The deviation that a report says its requests catch is exact to a tenth of a point."""
    share = Fraction(weights[0], sum(weights))
    smallest = binomial.minimum_detectable_effect(requests, [share], ALPHA)
    if smallest is None:
        assert not binomial.suffices(requests, [share], margin=Fraction(1, 2), alpha=ALPHA)
    else:
        assert binomial.suffices(requests, [share], margin=smallest, alpha=ALPHA)
        finer = smallest - Fraction(1, 1000)
        assert finer == 0 or not binomial.suffices(requests, [share], margin=finer, alpha=ALPHA)


def test_a_share_below_the_margin_is_still_told_from_none() -> None:
    """With 2 % asked for and a margin of 5 points, a version that gets nothing at all is caught."""
    requests = binomial.requests_needed([Fraction(2, 100)], margin=Fraction(5, 100), alpha=ALPHA)

    assert 0 not in binomial.allowed(requests, Fraction(2, 100), ALPHA)
