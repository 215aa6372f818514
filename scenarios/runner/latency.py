"""How long the page took, and whether every page came within its time budget."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.runner.judge import Finding, Verdict

PERCENTS = (50, 95, 99, 100)
"""The percentiles of a report; the last is the slowest page."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The claim that every page comes within so many seconds, and what became of it."""

    within: float
    on_time: int
    late: int
    verdict: Verdict


def budget(finding: Finding) -> Budget | None:
    """What became of the finding's time budget; None if it has none.

    A page that came late is an exception to the claim, which allows none; an answer that never came was waited for
    longer than any budget, so it is late too.
    """
    within = finding.claim.expectation.within
    if within is None:
        return None
    late = sum(milliseconds > 1000 * within for milliseconds in finding.tally.milliseconds)
    on_time = len(finding.tally.milliseconds) - late
    if finding.verdict is Verdict.INCONCLUSIVE:
        return Budget(within, on_time, late, Verdict.INCONCLUSIVE)
    return Budget(within, on_time, late, Verdict.FAILS if late else Verdict.HOLDS)
