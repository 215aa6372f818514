"""What proxies counted of the calls that a step claims something of, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from platforms.counters import Counters, Hop
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.proxy_counts import Disagreement
from scenarios.messages.message import Message, Text
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range
from scenarios.statistics.counting import CallKind, Counting

_NO_REASON: Text = ""


@dataclass(frozen=True, slots=True)
class CountReport:
    """A claim about counts, what was counted, and the verdict."""

    counting: Counting
    counted: int | None
    """None where the proxies do not keep this count."""
    calls: int
    """Of so many calls."""
    repeated: int
    """How many attempts repeated an earlier one."""
    allowed: Range
    catches: Fraction | None
    """The deviation that so many calls catch; None if nothing but the exact share is right, or if they are too few."""
    verdict: Verdict
    reason: Text = ""
    """The reason why it does not hold; empty if it does."""


def judge_counting(
    counting: Counting, counters: Counters, *, alpha: float, disagreement: Disagreement | None
) -> CountReport:
    """Judge a claim by a step's counters, of all who called meanwhile: the same rule was in force for everybody."""
    counted, calls = _counted(counting, counters)
    allowed = binomial.allowed(calls, counting.share, alpha)
    catches = binomial.minimum_detectable_effect(calls, [counting.share], alpha) if counting.is_random else None
    repeated = counters.retries.get((counting.caller, counting.app), 0)
    verdict, reason = Verdict.HOLDS, _NO_REASON
    if counted is None:
        verdict, reason = Verdict.INCONCLUSIVE, Message("count.unkept")
    elif counted not in allowed and not (disagreement and disagreement.contradicts):
        verdict, reason = Verdict.FAILS, _refuted(counting, counted, calls, allowed)
    elif disagreement:
        verdict, reason = Verdict.INCONCLUSIVE, disagreement.reason
    elif not calls or (counting.is_random and catches is None):
        verdict, reason = Verdict.INCONCLUSIVE, Message("count.too_few", calls=calls, what=named(counting))
    return CountReport(counting, counted, calls, repeated, allowed, catches, verdict, reason)


def named(counting: Counting) -> Message:
    """Return what is counted, in words."""
    return Message(f"count.{counting.kind.value}", app=Message(f"app.{counting.app}"), version=counting.version)


def without_copies(
    answers: Mapping[str, int], seen: Mapping[Text, int], counting: Counting | None
) -> Mapping[str, int]:
    """The proxies' counts by version of reviews without copies: of the version that gets them, what clients saw may have been none."""
    if counting is None or counting.kind is not CallKind.MIRRORED or counting.version not in answers:
        return answers
    copied = counting.version
    return {**answers, copied: min(answers[copied], seen.get(copied, 0))}


def _counted(counting: Counting, counters: Counters) -> tuple[int | None, int]:
    """Count the calls of the kind, and all calls: an attempt that repeats another is no call of its own."""
    call = (counting.caller, counting.app)
    of_version = {hop.version: n for hop, n in counters.requests.items() if (hop.caller, hop.app) == call}
    calls = sum(of_version.values()) - counters.retries.get(call, 0)
    match counting.kind:
        case CallKind.TIMED_OUT:
            ended = counters.timeouts.get(call)
            return ended, max(calls, ended or 0)  # one that never got as far as a connection is not among the sent ones
        case CallKind.RESCUED:
            return counters.rescued.get(call), calls
        case CallKind.MIRRORED:
            copies = counters.requests.get(Hop(*call, counting.version), 0)
            return copies, calls - copies


def _refuted(counting: Counting, counted: int, calls: int, allowed: Range) -> Message:
    return Message(
        "count.refuted",
        what=named(counting),
        counted=counted,
        calls=calls,
        share=counting.share,
        allowed=(allowed.low, allowed.high),
    )
