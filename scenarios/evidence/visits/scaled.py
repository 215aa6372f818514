"""The judgement on a workload that was scaled: the page is quicker, each instance gets its part, and nobody else is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scenarios.evidence.judgement import Verdict
from scenarios.evidence.proxy_counts import Disagreement
from scenarios.evidence.visits.growth import PATIENCE, GrowthRecord
from scenarios.messages.message import Message, Text
from scenarios.scenario import Scaling
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import PUNCTUAL
from scenarios.statistics.quantile import is_at_most

_P95 = Fraction(PUNCTUAL, 100)
_SLOW = 2
"""Pages that took so many times as long as the queue of the usual instances waited for the machine."""


@dataclass(frozen=True, slots=True)
class ScaledReport:
    """What was to come of more instances, what did, and the verdict on it."""

    wanted: Scaling
    record: GrowthRecord
    before_ms: float
    """The time in which 95 of 100 pages came in the step before."""
    after_ms: float
    """The same with these instances."""
    sent: Mapping[str, int]
    """The calls to each instance while the judged requests were sent."""
    allowed: Range
    """The numbers of calls to an instance that do not speak against even parts."""
    verdict: Verdict
    reasons: tuple[Text, ...] = ()
    """The reasons why it does not hold; empty if it does."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long the pages of a step took."""

    milliseconds: Sequence[float]
    p95: float


def judge_scaling(  # noqa: PLR0917  # each is another witness
    wanted: Scaling,
    record: GrowthRecord,
    sent: Mapping[str, int],
    touched: Sequence[Message],
    before: Times,
    after: Times,
    *,
    alpha: float,
    title: Text,
    disagreement: Disagreement | None,
) -> ScaledReport:
    """Judge what more instances did; half of `alpha` is for the time that pages took, half for the parts of the instances."""
    calls, instances = sum(sent.values()), max(1, wanted.instances)
    allowed = binomial.allowed(calls, Fraction(1, instances), alpha / 2 / instances)
    quicker = is_at_most(after.milliseconds, before.milliseconds, wanted.quicker, _P95, alpha / 2)
    times: Mapping[str, Text | float | Fraction] = {
        "step": title,
        "before": before.p95,
        "after": after.p95,
        "part": wanted.quicker,
    }
    reasons: tuple[Text, ...] = (*_disturbed(wanted, record, touched, title), *_uneven(sent, allowed, title))
    is_slow = before.p95 > _SLOW * wanted.queue_ms
    if quicker is False and record.at is not None and not is_slow:
        reasons = (*reasons, Message("reason.not_quicker", **times))
    verdict = Verdict.FAILS if reasons else Verdict.HOLDS
    if not quicker and not reasons:
        verdict = Verdict.INCONCLUSIVE
        reasons = (
            Message("reason.slow_machine", queue=wanted.queue_ms, **times)
            if is_slow
            else Message("reason.quicker_unclear", **times),
        )
    if disagreement and (verdict is Verdict.HOLDS or disagreement.contradicts):
        verdict, reasons = Verdict.INCONCLUSIVE, (disagreement.reason,)
    return ScaledReport(wanted, record, before.p95, after.p95, sent, allowed, verdict, reasons)


def _disturbed(wanted: Scaling, record: GrowthRecord, touched: Sequence[Message], title: Text) -> Iterator[Message]:
    """Say how the instances did not come, or not unnoticed."""
    workload = wanted.workload
    if record.at is None:
        there = {"ready": record.ready, "instances": wanted.instances, "seconds": PATIENCE[wanted.by]}
        yield Message("reason.not_grown", step=title, workload=workload, **there)
    if record.lacking:
        yield Message("reason.lost_meanwhile", step=title, n=record.lacking, pages=record.pages)
    if touched:
        yield Message("reason.touched", step=title, workload=workload, changes=tuple(touched))


def _uneven(sent: Mapping[str, int], allowed: Range, title: Text) -> Iterator[Message]:
    """Name the instances that did not get an even part of the calls."""
    of, range_ = sum(sent.values()), (allowed.low, allowed.high)
    for name, n in sent.items():
        if n not in allowed:
            yield Message("reason.uneven_part", step=title, name=name, n=n, of=of, allowed=range_)
