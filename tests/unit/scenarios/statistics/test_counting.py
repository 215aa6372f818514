"""The number of calls that a claim about counts takes."""

from __future__ import annotations

from fractions import Fraction

from scenarios.statistics import binomial
from scenarios.statistics.counting import CallKind, Counting

ALPHA = binomial.ALPHA


def counting(share: Fraction) -> Counting:
    return Counting(CallKind.MIRRORED, "productpage-v1", "reviews", "v2", share, Fraction(5, 100))


def test_a_share_takes_so_many_calls_that_the_margin_is_caught() -> None:
    """With the same errors as a split."""
    calls = counting(Fraction(1, 5)).calls_needed(ALPHA)
    found = binomial.minimum_detectable_effect(calls, [Fraction(1, 5)], ALPHA)

    assert found is not None
    assert found <= Fraction(5, 100)
    assert not binomial.suffices(calls - 1, [Fraction(1, 5)], margin=Fraction(5, 100), alpha=ALPHA)


def test_what_befalls_every_call_needs_but_one() -> None:
    """No chance decides of it, so that the pages say how many there are."""
    assert [1, 1] == [counting(Fraction(share)).calls_needed(ALPHA) for share in (0, 1)]
    assert [False, True, False] == [counting(share).is_random for share in (Fraction(0), Fraction(1, 5), Fraction(1))]
