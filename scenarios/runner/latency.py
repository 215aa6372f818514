"""How long the page took, and whether it came within its time budget."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scenarios.runner.judge import Finding, Verdict

PERCENTS = (50, 95, 99, 100)
"""The percentiles of a report; the last is the slowest page."""
PUNCTUAL = 95
"""So many of 100 pages are to come within the budget: a machine that stops to think now and then is no broken mesh."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The claim that 95 of 100 pages come within so many seconds, and what became of it."""

    within: float
    on_time: int
    late: int
    verdict: Verdict


def budget(finding: Finding) -> Budget | None:
    """What became of the finding's time budget; None if it has none.

    An answer that never came was waited for longer than any budget, so it is late too.
    """
    within = finding.claim.expectation.budget
    if within is None:
        return None
    late = _late(finding)
    on_time = len(finding.tally.milliseconds) - late
    if finding.verdict is Verdict.INCONCLUSIVE:
        return Budget(within, on_time, late, Verdict.INCONCLUSIVE)
    return Budget(within, on_time, late, Verdict.FAILS if _over(finding) else Verdict.HOLDS)


def timed(finding: Finding, usual: float | None) -> Finding:
    """The finding, held to its time budget as well.

    `usual` is how long 95 of 100 pages took in the same run before there was a fault, in milliseconds. Where that was
    over the budget too, the machine is slow, and nothing can be said of the fault.
    """
    within = finding.claim.expectation.budget
    if finding.verdict is not Verdict.HOLDS or within is None or not _over(finding):
        return finding
    took = finding.tally.percentile(PUNCTUAL)
    told = f"{PUNCTUAL} of 100 pages were to come within {within:g} s, and took up to {took / 1000:.1f} s"
    if usual is not None and usual > 1000 * within:
        told += f"; but they took up to {usual / 1000:.1f} s before there was a fault: this machine is too slow to tell"
        return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=told)
    return replace(finding, verdict=Verdict.FAILS, reason=told)


def _late(finding: Finding) -> int:
    within = finding.claim.expectation.budget
    return 0 if within is None else sum(took > 1000 * within for took in finding.tally.milliseconds)


def _over(finding: Finding) -> bool:
    return 100 * _late(finding) > (100 - PUNCTUAL) * len(finding.tally.milliseconds)
