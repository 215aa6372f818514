"""The time that pages took, and the judgement on their time budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.observation import TOO_LATE, Observation
from scenarios.messages.message import Message
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import PUNCTUAL, most_late

PERCENTS = (50, 95, 99, 100)
"""The percentiles of a report; the last is the slowest page."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The claim that 95 of 100 pages come within so many seconds, and its verdict."""

    within: float
    on_time: int
    late: int
    allowed: Range
    """The numbers of pages on time that do not speak against it."""
    verdict: Verdict


def judge_budget(judgement: Judgement) -> Budget | None:
    """Judge the claim's time budget; None if it has none.

    A request without an answer was waited for longer than any budget, so it is late too.
    """
    within = judgement.claim.expectation.budget
    if within is None:
        return None
    pages = len(judgement.tally.milliseconds)
    late = sum(took > 1000 * within for took in judgement.tally.milliseconds)
    allowed = Range(pages - most_late(judgement.claim, pages), pages)
    verdict = Verdict.HOLDS if pages - late in allowed else Verdict.FAILS
    if judgement.verdict is Verdict.INCONCLUSIVE:
        verdict = Verdict.INCONCLUSIVE
    return Budget(within, pages - late, late, allowed, verdict)


def judge_latency(judgement: Judgement, seen: Sequence[Observation], usual_ms: float | None) -> Judgement:
    """Extend a judgement by its time budget; `seen` is every answer to the claim's requests.

    More late pages than chance explains, at this claim's part of the run's false alarms, refute it. But late pages are
    not independent: while the whole machine stands still, all pages under way are late. So those that one such moment
    can explain do not count against the claim. `usual_ms` is how long 95 of 100 pages took in the same run before there
    was a fault; where that was over the budget too, the machine is slow, and the result says nothing of the fault.
    """
    expectation = judgement.claim.expectation
    if judgement.verdict is Verdict.FAILS and expectation.within is not None and _only_too_late(judgement):
        return _explained(judgement, seen, expectation.within, most=0) or judgement
    time = judge_budget(judgement)
    if time is None or judgement.verdict is not Verdict.HOLDS or time.verdict is not Verdict.FAILS:
        return judgement
    if usual_ms is not None and usual_ms > 1000 * time.within:
        told = Message("reason.late_always", late=_told(judgement, time.within), usual=usual_ms / 1000)
        return replace(judgement, verdict=Verdict.INCONCLUSIVE, reason=told)
    return _explained(judgement, seen, time.within, most=time.allowed.high - time.allowed.low) or replace(
        judgement, verdict=Verdict.FAILS, reason=_told(judgement, time.within)
    )


def _only_too_late(judgement: Judgement) -> bool:
    """Return whether pages that came too late are all that contradicts the claim."""
    asked = judgement.claim.expectation.shares
    return TOO_LATE not in asked and {name for name in judgement.tally.outcomes if not asked.get(name)} == {TOO_LATE}


def _explained(judgement: Judgement, seen: Sequence[Observation], within: float, *, most: int) -> Judgement | None:
    """Return INCONCLUSIVE if at most `most` pages are late besides those that were under way at one and the same moment."""
    late = [one for one in seen if one.milliseconds > 1000 * within]
    together = max((sum(_began(other) <= one.at <= other.at for other in late) for one in late), default=0)
    if len(late) - together > most:
        return None
    told = Message("reason.late_together", late=len(late), pages=len(seen), within=within, together=together)
    return replace(judgement, verdict=Verdict.INCONCLUSIVE, reason=told)


def _began(one: Observation) -> float:
    return one.at - one.milliseconds / 1000


def _told(judgement: Judgement, within: float) -> Message:
    took = judgement.tally.percentile(PUNCTUAL)
    return Message("reason.late", on_time=PUNCTUAL, within=within, took=took / 1000)
