"""An expectation becomes the claim that it states, or is refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.errors import UsageError
from scenarios.messages.catalogue import english
from scenarios.plugin.asking import StubAnswer
from scenarios.plugin.expected import expected


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"shares": {"v1": 90, "v2": 11}}, "shares: add up to 101, and not to 100"),
        ({"shares": ["v1", "v2"]}, "shares: .*give percent by version"),
        ({"margin": 0}, "margin: 0: give 1 to 50 points"),
        ({"margin": "5"}, "margin: '5': give 1 to 50 points"),
        ({"requests": 0}, "requests: 0: give a whole number from 1 on"),
        ({"requests": 2}, "too few"),
        ({"within": "20s"}, "no duration from 1ms to below 15s"),
    ],
)
def test_refused(given: dict[str, Any], why: str) -> None:
    """The message names the field and says what would be right."""
    with pytest.raises(UsageError, match=why):
        expected(**given)


def test_outcomes() -> None:
    """An answer counts for its version if it is a success, by the name that the shares have for it."""
    by_name, by_status = expected(shares={"orders-v1": 50, "v2": 50}), expected(status={200: 90, 503: 10})

    def answer(status: int | None, version: str) -> StubAnswer:
        return StubAnswer(status, 0.0, told={"service": "orders", "version": version, "instance": "x"})

    assert ["orders-v1", "v2", "v3"] == [by_name.outcome(answer(200, one)) for one in ("v1", "v2", "v3")]
    assert ["HTTP 503", "no answer"] == [english(by_name.outcome(answer(one, "v1"))) for one in (503, None)]
    assert "HTTP 503" == english(by_status.outcome(answer(503, "v1")))


def test_plan() -> None:
    """As many requests as the margin takes, and 459 where something must never come; a lone word is a list of one."""
    split = {"v1": 90, "v2": 10}
    assert 459 == expected(status=200).claim.requests
    assert expected(shares=split).claim.requests > expected(shares=split, margin=10).claim.requests
    assert expected(never="v2").claim.expectation.others_may_come
    assert frozenset({"v2"}) == expected(never="v2").never
