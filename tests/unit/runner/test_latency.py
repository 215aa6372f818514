"""The page's time budget as a claim."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenarios.runner.judge import Finding, Verdict
from scenarios.runner.latency import budget
from scenarios.runner.observation import Tally
from tests.unit.runner.builders import claim


def finding(*milliseconds: float, verdict: Verdict = Verdict.HOLDS, within: float | None = 1.0) -> Finding:
    planned = claim(len(milliseconds), v3=1)
    own = replace(planned, expectation=replace(planned.expectation, within=within))
    return Finding(own, Tally({}, {}, len(milliseconds), milliseconds), verdict)


def test_what_has_no_budget_cannot_be_late() -> None:
    """Then there is no claim."""
    assert None is budget(finding(9000.0, within=None))


@pytest.mark.parametrize(
    ("milliseconds", "verdict", "found"),
    [
        ((1.0, 1000.0), Verdict.HOLDS, (2, 0, Verdict.HOLDS)),
        ((1.0, 1000.1), Verdict.FAILS, (1, 1, Verdict.FAILS)),
        ((1.0, 2.0), Verdict.FAILS, (2, 0, Verdict.HOLDS)),
        ((1.0, 1000.1), Verdict.INCONCLUSIVE, (1, 1, Verdict.INCONCLUSIVE)),
        ((1.0, 2.0), Verdict.INCONCLUSIVE, (2, 0, Verdict.INCONCLUSIVE)),
    ],
)
def test_one_late_page_is_one_too_many(
    milliseconds: tuple[float, ...], verdict: Verdict, found: tuple[int, int, Verdict]
) -> None:
    """The budget has its own verdict, but none where nothing can be relied on."""
    time = budget(finding(*milliseconds, verdict=verdict))

    assert time is not None
    assert found == (time.on_time, time.late, time.verdict)
