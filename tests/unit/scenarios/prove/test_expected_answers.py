"""What is expected of answers, in percent, is an expectation; what makes no sense says which field, and why."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scenarios.messages.catalogue import english
from scenarios.prove.expected_answers import ExpectedAnswers, Senseless
from scenarios.statistics.claim import Aspect, Expectation

MARGIN = Fraction(1, 20)


def expectation(**written: Any) -> Expectation:
    return ExpectedAnswers(**written).expectation(margin=MARGIN, longest=10.0, versions=("v1", "v2"), end_user="")


def test_shares() -> None:
    """Versions that are there and are not named must never come; shares are exact, whatever a float makes of them."""
    found = expectation(shares={"v2": 99.9, "v9": 0.1}, never=["v7"])

    assert {"v1": 0, "v2": Fraction(999, 1000), "v9": Fraction(1, 1000), "v7": 0} == found.shares
    assert (Aspect.REVIEWS, Fraction(1, 100), False) == (found.aspect, found.leak, found.others_may_come)


def test_statuses() -> None:
    """One status or several, as numbers or in digits; 200 where nothing is said, and nothing more where never says all."""

    def of(**written: Any) -> dict[str, Fraction]:
        return {english(outcome): share for outcome, share in expectation(**written).shares.items()}

    assert {"HTTP 200": 1} == of() == of(within="1s")
    assert {"HTTP 200": Fraction(9, 10), "HTTP 503": Fraction(1, 10)} == of(status={"200": 90, 503: 10})
    assert {"HTTP 404": 1, "HTTP 500": 0} == of(status=404, never=[500])
    assert expectation(never=[500]).others_may_come


@pytest.mark.parametrize(
    ("written", "field", "why"),
    [
        ({"shares": {"v1": 50, "v2": 40}}, "shares", "add up to 90"),
        ({"shares": {"v1": 0.9, "v2": 0.1}}, "shares", "give percent, such as 90 and not 0.9"),
        ({"shares": {"v1": 110, "v2": -10}}, "shares", "v1: 110 is no share"),
        ({"shares": {"v1": "90"}}, "shares", "v1: '90' is no share"),
        ({"shares": {"v1": 100}, "status": 200}, "status", "make two expectations"),
        ({"status": 200, "never": ["v2"]}, "never", "status is expected"),
        ({"never": ["v2", 503]}, "never", "503: no version"),
        ({"shares": {"v1": 100}, "never": ["v1"]}, "never", "v1 is to come in 100 of 100"),
        ({"status": 503, "never": [503]}, "never", "HTTP 503 is to come"),
        ({"status": 999}, "status", "999: no status"),
        ({"status": {"2xx": 100}}, "status", "2xx: no status"),
        ({"never": [199]}, "never", "199: no status"),
        ({"within": "soon"}, "within", "no duration"),
        ({"within": 0.5}, "within", "0.5: no duration"),
        ({"within": "10s"}, "within", "below 10s"),
    ],
)
def test_senseless(written: dict[str, Any], field: str, why: str) -> None:
    """The field is told apart from the reason, so that a file can add its line."""
    with pytest.raises(Senseless) as refused:
        expectation(**written)

    assert field == refused.value.field
    assert why in refused.value.why
