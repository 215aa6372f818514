"""The judge: compares the counts of a claim with the ranges that it allows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from scenarios.enduser import shown
from scenarios.evidence.judgement import NEVER, Judgement, Verdict
from scenarios.evidence.observation import Tally
from scenarios.evidence.proxy_counts import Disagreement, Surplus
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message, Text
from scenarios.statistics.binomial import requests_to_exclude
from scenarios.statistics.claim import Claim
from scenarios.statistics.sequential import Decision


def judge(
    claim: Claim,
    tally: Tally,
    disagreement: Disagreement | None = None,
    early: Decision | None = None,
    surplus: Surplus | None = None,
) -> Judgement:
    """Judge a claim by its counts.

    FAILS if they contradict it, whatever the missing answers were; HOLDS if they fit, whatever the missing answers were,
    and both witnesses agree; INCONCLUSIVE in between. The proxies' surplus limits what the missing answers can have been.
    An early decision is final, unless one of the answers that were still under way is one that must never come: the ranges
    of the whole sample do not apply to one that was cut short.
    """
    judgement = Judgement(claim, tally, Verdict.HOLDS, early=early, surplus=surplus)
    refuted = [outcome for outcome in judgement.outcomes if _refuted(judgement, outcome)]
    if refuted and not (disagreement and disagreement.contradicts):
        return _with(judgement, Verdict.FAILS, _combined([_mismatch(judgement, outcome) for outcome in refuted]))
    doubt = _doubt(judgement, disagreement)
    return _with(judgement, Verdict.INCONCLUSIVE, doubt) if doubt else judgement


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """Return FAILS if any claim fails, else INCONCLUSIVE if any is inconclusive, else HOLDS."""
    found = set(verdicts)
    return next((verdict for verdict in (Verdict.FAILS, Verdict.INCONCLUSIVE) if verdict in found), Verdict.HOLDS)


def reasons(judgements: Sequence[Judgement]) -> list[Text]:
    """List the reasons why a run does not hold, the most important first, each once.

    An outcome that several end users of one group saw against the rule is one reason: `5 of 900 others saw v3`.
    """
    leaks: dict[tuple[Text, Text], list[Judgement]] = defaultdict(list)
    rest = []
    for judgement in judgements:
        leaked = [o for o in judgement.outcomes if judgement.claim.expectation.group and _leaked(judgement, o)]
        if judgement.verdict is Verdict.FAILS and leaked:
            for outcome in leaked:
                leaks[judgement.claim.expectation.group, outcome].append(judgement)
        elif judgement.verdict is not Verdict.HOLDS:
            rest.append(judgement)
    found: list[Text] = [_leak(judgements, group, outcome) for group, outcome in leaks]
    found += [
        judgement.reason
        for verdict in (Verdict.FAILS, Verdict.INCONCLUSIVE)
        for judgement in rest
        if judgement.verdict is verdict
    ]
    return list(dict.fromkeys(found))


def _doubt(judgement: Judgement, disagreement: Disagreement | None) -> Text:
    """Return the reason why fitting counts prove nothing; empty if they are a proof."""
    if disagreement:
        return disagreement.reason
    if judgement.surplus and any(_hidden_by_strangers(judgement, outcome) for outcome in judgement.outcomes):
        return Message("reason.strangers", who=shown(judgement.end_user), n=judgement.surplus.strangers)
    if judgement.early:
        return ""
    if any(_open(judgement, outcome) for outcome in judgement.outcomes):
        return _missing_answers(judgement)
    if judgement.claim.is_conclusive:
        return ""
    return Message("reason.too_few", who=shown(judgement.end_user), power=judgement.claim.power)


def _refuted(judgement: Judgement, outcome: Text) -> bool:
    """Return whether the count is outside its range even with the missing answers in favour of the claim."""
    seen, fits, moved = judgement.count(outcome), judgement.allowed(outcome), _strangers(judgement, outcome)
    if judgement.early:  # the decision has already allowed for the missing answers
        return seen - moved > fits.high or seen + moved < fits.low
    more, fewer = judgement.unknown + _twice(judgement, outcome), _twice(judgement, outcome)
    return seen - fewer - moved > fits.high or seen + more + moved < fits.low


def _open(judgement: Judgement, outcome: Text) -> bool:
    """Return whether the missing answers could move the count out of its range, or are too many to exclude the leak."""
    claim, seen, fits = judgement.claim, judgement.count(outcome), judgement.allowed(outcome)
    if judgement.surplus is None:
        return seen < fits.low or seen + judgement.unknown > fits.high
    seldom = (
        math.ceil(requests_to_exclude(claim.detectable_leak) / claim.expectation.leak_shared_by)
        if claim.detectable_leak
        else 0
    )
    if sum(judgement.tally.outcomes.values()) < min(claim.requests, seldom):
        return True
    if claim.expectation.shares.get(outcome) == 1:
        return any(_could_be(judgement, other) for other in judgement.surplus.counts if other != outcome)
    return seen - _twice(judgement, outcome) < fits.low or seen + _could_be(judgement, outcome) > fits.high


def _could_be(judgement: Judgement, outcome: Text) -> int:
    """The missing answers that may have had this outcome: at most the proxies' surplus, and all that were never sent."""
    if judgement.surplus is None:
        return judgement.unknown
    lost = judgement.tally.unknown
    return judgement.unknown - lost + min(lost + _twice(judgement, outcome), judgement.surplus.counts.get(outcome, 0))


def _twice(judgement: Judgement, outcome: Text) -> int:
    """The answers of a split that came on a second attempt, and whose first may have drawn another version."""
    if judgement.surplus is None or judgement.claim.expectation.shares.get(outcome, 0) in (0, 1):
        return 0
    return min(sum(judgement.tally.twice.values()), sum(judgement.surplus.counts.values()))


def _hidden_by_strangers(judgement: Judgement, outcome: Text) -> bool:
    """Return whether strangers can have hidden so many wrong pages that the count would be outside its range."""
    moved, seen, fits = _strangers(judgement, outcome), judgement.count(outcome), judgement.allowed(outcome)
    return bool(moved) and (seen - moved < fits.low or seen + moved > fits.high)


def _strangers(judgement: Judgement, outcome: Text) -> int:
    """The number of pages of a split that strangers may have hidden: behind each, a page could be of another version."""
    if judgement.surplus is None or judgement.claim.expectation.shares.get(outcome, 0) in (0, 1):
        return 0
    return min(judgement.surplus.strangers, sum(judgement.surplus.counts.values()))


def _leaked(judgement: Judgement, outcome: Text) -> bool:
    return judgement.allowed(outcome) == NEVER and judgement.count(outcome) > 0


def _mismatch(judgement: Judgement, outcome: Text) -> Message:
    who, seen, asked = (
        shown(judgement.end_user),
        judgement.count(outcome),
        judgement.claim.expectation.shares.get(outcome),
    )
    of = judgement.answers if asked else judgement.tally.requests
    if asked is None:
        return Message("reason.unasked", who=who, outcome=outcome, seen=seen, of=of)
    allowed = judgement.allowed(outcome)
    return Message(
        "reason.misfit", who=who, outcome=outcome, seen=seen, of=of, allowed=(allowed.low, allowed.high), asked=asked
    )


def _leak(judgements: Sequence[Judgement], group: Text, outcome: Text) -> Message:
    members = [judgement for judgement in judgements if judgement.claim.expectation.group == group]
    seen = sum(judgement.tally.outcomes.get(outcome, 0) for judgement in members)
    of = sum(judgement.tally.requests for judgement in members)
    return Message("reason.leak", seen=seen, of=of, group=group, outcome=outcome)


def _missing_answers(judgement: Judgement) -> Message:
    missing = dict(judgement.tally.missing)
    if unsent := judgement.unknown - judgement.tally.unknown:
        missing[Message("missing.never_sent")] = unsent
    if twice := max(_twice(judgement, outcome) for outcome in judgement.outcomes):
        missing[Message("missing.asked_twice")] = twice
    why = [Message("reason.missing_by", why=reason, n=missing[reason]) for reason in sorted(missing, key=english)]
    who, of = shown(judgement.end_user), judgement.claim.requests
    return Message("reason.missing", who=who, n=sum(missing.values()), of=of, why=why)


def _combined(reasons: Sequence[Message]) -> Message:
    return reasons[0] if len(reasons) == 1 else Message("reason.several", reasons=reasons)


def _with(judgement: Judgement, verdict: Verdict, reason: Text) -> Judgement:
    return replace(judgement, verdict=verdict, reason=reason)
