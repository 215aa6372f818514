"""How long the page took, and whether it came within its time budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenarios.evidence.judge import Finding, Verdict
from scenarios.evidence.observation import TOO_LATE, Observation
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import PUNCTUAL, most_late

PERCENTS = (50, 95, 99, 100)
"""The percentiles of a report; the last is the slowest page."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The claim that 95 of 100 pages come within so many seconds, and what became of it."""

    within: float
    on_time: int
    late: int
    allowed: Range
    """The numbers of pages on time that do not speak against it."""
    verdict: Verdict


def budget(finding: Finding) -> Budget | None:
    """What became of the finding's time budget; None if it has none.

    An answer that never came was waited for longer than any budget, so it is late too.
    """
    within = finding.claim.expectation.budget
    if within is None:
        return None
    pages = len(finding.tally.milliseconds)
    late = sum(took > 1000 * within for took in finding.tally.milliseconds)
    allowed = Range(pages - most_late(finding.claim, pages), pages)
    verdict = Verdict.HOLDS if pages - late in allowed else Verdict.FAILS
    if finding.verdict is Verdict.INCONCLUSIVE:
        verdict = Verdict.INCONCLUSIVE
    return Budget(within, pages - late, late, allowed, verdict)


def timed(finding: Finding, seen: Sequence[Observation], usual: float | None) -> Finding:
    """The finding, held to its time budget as well; `seen` is every answer to its load.

    More late pages than chance explains, at this claim's part of the run's false alarms, refute it. But pages do not come
    late each by itself: while everything stands still, all that are under way do. So those that one moment can explain
    accuse nobody. `usual` is how long 95 of 100 pages took in the same run before there was a fault, in milliseconds;
    where that was over the budget too, the machine is slow, and nothing can be said of the fault.
    """
    expectation = finding.claim.expectation
    if finding.verdict is Verdict.FAILS and expectation.within is not None and _only_too_late(finding):
        return _explained(finding, seen, expectation.within, most=0) or finding
    time = budget(finding)
    if time is None or finding.verdict is not Verdict.HOLDS or time.verdict is not Verdict.FAILS:
        return finding
    if usual is not None and usual > 1000 * time.within:
        told = f"{_told(finding, time.within)}; but they took up to {usual / 1000:.1f} s before there was a fault: this machine is too slow to tell"
        return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=told)
    return _explained(finding, seen, time.within, most=time.allowed.high - time.allowed.low) or replace(
        finding, verdict=Verdict.FAILS, reason=_told(finding, time.within)
    )


def _only_too_late(finding: Finding) -> bool:
    """Whether nothing but pages that came too late speaks against the claim."""
    asked = finding.claim.expectation.shares
    return TOO_LATE not in asked and {name for name in finding.tally.outcomes if not asked.get(name)} == {TOO_LATE}


def _explained(finding: Finding, seen: Sequence[Observation], within: float, *, most: int) -> Finding | None:
    """Inconclusive, if no more than `most` pages stay late without those that were under way at one and the same moment."""
    late = [one for one in seen if one.milliseconds > 1000 * within]
    together = max((sum(_began(other) <= one.at <= other.at for other in late) for one in late), default=0)
    if len(late) - together > most:
        return None
    told = (
        f"{len(late):,} of {len(seen):,} pages took longer than {within:g} s, and {together:,} of them were under way at the"
        " same moment: everything may have stood still"
    )
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=told)


def _began(one: Observation) -> float:
    return one.at - one.milliseconds / 1000


def _told(finding: Finding, within: float) -> str:
    took = finding.tally.percentile(PUNCTUAL)
    return f"{PUNCTUAL} of 100 pages were to come within {within:g} s, and took up to {took / 1000:.1f} s"
