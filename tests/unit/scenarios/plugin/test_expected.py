"""An expectation becomes the claim that it states, or is refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.errors import UsageError
from scenarios.plugin.asking import StubAnswer
from scenarios.plugin.expected import Expected, expected


def claim(**given: Any) -> Expected:
    return expected(
        **{"shares": None, "status": None, "never": (), "within": None, "requests": None, "margin": 5, **given}
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"shares": {"v1": 90, "v2": 11}}, "shares: add up to 101, and not to 100"),
        ({"shares": {"v1": 110, "v2": -10}}, "is no share"),
        ({"shares": {"v1": 100}, "status": 200}, "make two expectations"),
        ({"shares": {"v1": 100}, "never": ["v1"]}, "never: v1 is expected too"),
        ({"shares": {"v1": 100}, "never": [503]}, "name versions beside shares"),
        ({"status": 999}, "999: no status"),
        ({"within": "soon"}, "no duration"),
        ({"margin": 0}, "give 1 to 50 points"),
        ({"requests": 0}, "at least 1 request"),
        ({"requests": 2}, "too few"),
    ],
)
def test_refused(given: dict[str, Any], why: str) -> None:
    """The message names the field and says what would be right."""
    with pytest.raises(UsageError, match=why):
        claim(**given)


def test_outcomes() -> None:
    """An answer counts for its version if it is a success, by the name that the shares have for it."""
    by_name, by_status = claim(shares={"orders-v1": 50, "v2": 50}), claim(status={200: 90, 503: 10})

    def answer(status: int | None, version: str) -> StubAnswer:
        return StubAnswer(status, 0.0, told={"service": "orders", "version": version, "instance": "x"})

    assert ["orders-v1", "v2", "v3"] == [by_name.outcome(answer(200, one)) for one in ("v1", "v2", "v3")]
    assert ("status 503", "no answer") == (by_name.outcome(answer(503, "v1")), by_name.outcome(answer(None, "v1")))
    assert "503" == by_status.outcome(answer(503, "v1"))


def test_plan() -> None:
    """As many requests as the margin takes, and 459 where something must never come."""
    assert 459 == claim(status=200).claim.requests
    assert (
        claim(shares={"v1": 90, "v2": 10}).claim.requests > claim(shares={"v1": 90, "v2": 10}, margin=10).claim.requests
    )
    assert claim(never=["v2"]).claim.expectation.others_may_come
