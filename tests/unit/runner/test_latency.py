"""The page's time budget as a claim."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scenarios.runner.judge import Finding, Verdict
from scenarios.runner.latency import budget, timed
from scenarios.runner.observation import Tally
from tests.unit.runner.builders import claim


def finding(*, late: int, of: int = 100, verdict: Verdict = Verdict.HOLDS, seconds: float | None = 1.0) -> Finding:
    """Of so many answers, some took a moment longer than a second."""
    planned = claim(of, v3=1)
    own = replace(planned, expectation=replace(planned.expectation, budget=seconds))
    return Finding(own, Tally({}, {}, of, (1.0,) * (of - late) + (1000.1,) * late), verdict)


def test_what_has_no_budget_cannot_be_late() -> None:
    """Then there is no claim."""
    assert None is budget(finding(late=100, seconds=None))
    assert Verdict.HOLDS is timed(finding(late=100, seconds=None), None).verdict


@pytest.mark.parametrize(
    ("late", "verdict", "found"),
    [
        (0, Verdict.HOLDS, Verdict.HOLDS),
        (5, Verdict.HOLDS, Verdict.HOLDS),
        (6, Verdict.HOLDS, Verdict.FAILS),
        (6, Verdict.FAILS, Verdict.FAILS),
        (0, Verdict.FAILS, Verdict.HOLDS),
        (6, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (0, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ],
)
def test_five_of_a_hundred_may_be_late(late: int, verdict: Verdict, found: Verdict) -> None:
    """The budget has its own verdict, but none where nothing can be relied on."""
    time = budget(finding(late=late, verdict=verdict))

    assert time is not None
    assert (100 - late, late, found) == (time.on_time, time.late, time.verdict)


def test_a_claim_that_is_late_fails() -> None:
    """However right its pages are."""
    judged = timed(finding(late=6), 900.0)

    assert Verdict.FAILS is judged.verdict
    assert "95 of 100 pages were to come within 1 s, and took up to 1.0 s" == judged.reason


def test_a_machine_that_was_slow_before_accuses_nobody() -> None:
    """Where pages without a fault are over the budget too, nothing can be said of the fault."""
    judged = timed(finding(late=6), 1200.0)

    assert Verdict.INCONCLUSIVE is judged.verdict
    assert judged.reason.endswith("up to 1.2 s before there was a fault: this machine is too slow to tell")


@pytest.mark.parametrize("verdict", [Verdict.FAILS, Verdict.INCONCLUSIVE])
def test_what_is_settled_stays_so(verdict: Verdict) -> None:
    """A claim that fails for its pages fails for them, with its own reason."""
    before = finding(late=100, verdict=verdict)

    assert before == timed(before, None)
