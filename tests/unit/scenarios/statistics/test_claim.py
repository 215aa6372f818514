"""The requests of a claim, and the counts that they allow."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scipy.stats import binom

from scenarios.messages.catalogue import english
from scenarios.messages.figures import points
from scenarios.statistics.claim import plan_claims, power
from tests.unit.scenarios.builders import MARGIN, claim, expectation

NINE, ONE = Fraction(9, 10), Fraction(1, 10)


def test_a_claim_of_never_takes_459_requests() -> None:
    """A leak of 1 in 100 escapes 459 requests less than once in 100 runs, and 458 more often."""
    assert 459 == claim(v1=1, v3=0).requests


def test_the_margin_decides_how_many_requests_a_split_takes() -> None:
    """With the margin halved, about four times as many."""
    coarse = claim(v1=NINE, v2=ONE).requests
    fine = plan_claims([expectation(v1=NINE, v2=ONE)], [None])[0].expectation
    halved = plan_claims([type(fine)(fine.end_user, fine.shares, margin=MARGIN / 2)], [None])[0].requests

    assert 3.5 < halved / coarse < 4.5


def test_a_right_mesh_fails_less_than_once_in_a_thousand_runs() -> None:
    """The chances of a false alarm of all figures of a run add up to less than 1 in 1,000."""
    claims = plan_claims(
        [expectation(v1=NINE, v2=ONE, v3=0), expectation(v1=Fraction(1, 3), v2=Fraction(2, 3))], [None, None]
    )
    alarms = [
        binom.cdf(fits.low - 1, one.requests, float(share)) + binom.sf(fits.high, one.requests, float(share))
        for one in claims
        for outcome, share in one.expectation.shares.items()
        for fits in [one.allowed[outcome]]
        if 0 < share < 1
    ]

    assert sum(alarms) < 0.001


def test_a_pair_of_shares_is_one_figure() -> None:
    """The counts of two versions imply each other, and the smaller share deviates by more of itself. Three count each."""
    third = Fraction(1, 3)

    assert {"v2": ONE} == expectation(v1=NINE, v2=ONE, v3=0).random_shares
    assert {"v1": third, "v2": third, "v3": third} == expectation(v1=third, v2=third, v3=third).random_shares
    assert {} == expectation(v1=1, v3=0).random_shares


def test_a_planned_claim_promises_what_was_asked_for() -> None:
    """It may stop early, so it promises the margin and the leak, whatever its last request could tell beyond."""
    planned = claim(v1=NINE, v2=ONE, v3=0)

    assert (MARGIN, Fraction(1, 100)) == (planned.detectable_deviation, planned.detectable_leak)
    assert planned.sequential_alpha is not None
    assert claim(2000, v1=NINE, v2=ONE, v3=0).sequential_alpha is None


def test_the_given_number_of_requests_stands() -> None:
    """--requests overrides the margin, and the claim says what so many can tell apart."""
    given = claim(300, v1=NINE, v2=ONE)

    assert 300 == given.requests
    assert given.detectable_deviation is not None
    assert given.detectable_deviation > MARGIN
    assert (
        f"a split off by {points(given.detectable_deviation)} points would have been caught in 99 of 100 runs"
        == english(given.power)
    )


def test_what_is_caught_is_said_of_each_step() -> None:
    """A split that only supports the claim has a coarser margin, and no sentence hides it."""
    even = claim(margin=2 * MARGIN, v1=Fraction(1, 2), v2=Fraction(1, 2))
    weighted = claim(v1=NINE, v2=ONE, v3=0)

    assert "a split off by 10 points or a leak of 1 in 100 would have been caught in 99 of 100 runs" == english(
        power([("all at once", [even, weighted])])
    )
    assert (
        "a split off by 10 points (first) or a split off by 5 points (second) or a leak of 1 in 100"
        " would have been caught in 99 of 100 runs"
    ) == english(power([("first", [even]), ("second", [weighted])]))


@pytest.mark.parametrize("requests", [1, 3])
def test_too_few_requests_tell_nothing(requests: int) -> None:
    """A sample from which nothing can be told says so."""
    assert not claim(requests, v1=NINE, v2=ONE).is_conclusive
    assert "too few" in english(claim(requests, v1=1).power)


def test_few_strangers_are_fewer_than_what_must_be_caught() -> None:
    """One of a hundred beside a claim of never; beside a split alone, a fifth of its margin."""
    assert Fraction(1, 100) == claim(v1=NINE, v2=ONE, v3=0).expectation.tolerated_strangers
    assert Fraction(2, 100) == claim(margin=2 * MARGIN, v1=NINE, v2=ONE).expectation.tolerated_strangers
