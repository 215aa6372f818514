"""Say whether the counts fit the shares."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from scenarios.enduser import shown
from scenarios.evidence.observation import Tally
from scenarios.evidence.proxy_counts import Disagreement, Surplus
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message, Text
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range, requests_to_exclude
from scenarios.statistics.claim import Claim
from scenarios.statistics.sequential import Decision

_NEVER = Range(0, 0)
_DOUBT = 0.05  # of an interval, half on either side


class Verdict(Enum):
    """What the counts say of a claim, and what the claims say of a run."""

    HOLDS = 0
    FAILS = 1
    INCONCLUSIVE = 4

    @property
    def exit_code(self) -> int:
        return self.value


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim and what became of it."""

    claim: Claim
    tally: Tally
    verdict: Verdict
    reason: Text = ""
    """Why it does not hold."""
    early: Decision | None = None
    """What was sure before all requests were sent, if anything was."""
    surplus: Surplus | None = None
    """What the proxies counted surplus what clients saw; None if they cannot see these outcomes."""

    @property
    def end_user(self) -> str:
        return self.claim.expectation.end_user

    @property
    def outcomes(self) -> tuple[Text, ...]:
        """What was asked for, in its order, and then what came unasked."""
        asked = tuple(self.claim.expectation.shares)
        return (*asked, *sorted(self.tally.outcomes.keys() - set(asked), key=english))

    @property
    def answers(self) -> int:
        """How many answers the verdict rests on; those still under way when it was sure can only refute it."""
        return self.early.answers if self.early else self.claim.requests

    def count(self, outcome: Text) -> int:
        """How many of these had this outcome; what must never come counts whenever it came."""
        if self.early and self.claim.expectation.shares.get(outcome):
            return self.early.counts.get(outcome, 0)
        return self.tally.outcomes.get(outcome, 0)

    def seen(self, outcome: Text) -> tuple[float, float, float] | None:
        """The share of the answers whose outcome is known that had this one, with its 95 % interval; None of none."""
        judged = self.early and self.claim.expectation.shares.get(outcome)
        known = sum((self.early.counts if self.early and judged else self.tally.outcomes).values())
        count = self.count(outcome)
        return (count / known, *binomial.confidence_interval(count, known, _DOUBT)) if known else None

    @property
    def unknown(self) -> int:
        """Requests whose outcome nobody knows, those included that were never sent."""
        return max(self.tally.unknown, self.claim.requests - sum(self.tally.outcomes.values()))

    def allowed(self, outcome: Text) -> Range:
        """The counts of these answers that do not speak against the claim."""
        return (self.early or self.claim).allowed.get(outcome, _NEVER)

    def fits(self, outcome: Text) -> bool:
        """Whether the count of this outcome is one that chance allows."""
        return self.count(outcome) in self.allowed(outcome)


def judge(
    claim: Claim,
    tally: Tally,
    disagreement: Disagreement | None = None,
    early: Decision | None = None,
    surplus: Surplus | None = None,
) -> Judgement:
    """Say whether the counts fit the shares.

    FAILS if they do not, whatever the missing answers were; HOLDS if they do, whatever the missing answers were, and
    both witnesses say so; INCONCLUSIVE in between. A missing answer can only have been one that the proxies counted
    surplus what clients saw. What was decided early stands, unless one of the answers that were
    still under way is one that must never come: the ranges of the whole number say nothing about a sample cut short.
    """
    judgement = Judgement(claim, tally, Verdict.HOLDS, early=early, surplus=surplus)
    refuted = [outcome for outcome in judgement.outcomes if _refuted(judgement, outcome)]
    if refuted and not (disagreement and disagreement.contradicts):
        return _with(judgement, Verdict.FAILS, _all_of([_misfit(judgement, outcome) for outcome in refuted]))
    doubt = _doubt(judgement, disagreement)
    return _with(judgement, Verdict.INCONCLUSIVE, doubt) if doubt else judgement


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """One claim that fails fails the run; else one that is inconclusive leaves it so."""
    found = set(verdicts)
    return next((verdict for verdict in (Verdict.FAILS, Verdict.INCONCLUSIVE) if verdict in found), Verdict.HOLDS)


def reasons(judgements: Sequence[Judgement]) -> list[Text]:
    """Why a run does not hold, most telling first, each said once.

    What several end users of one group saw that none of them was to see is one sentence: `5 of 900 others saw v3`.
    """
    leaks: dict[tuple[str, Text], list[Judgement]] = defaultdict(list)
    rest = []
    for judgement in judgements:
        leaked = [o for o in judgement.outcomes if judgement.claim.expectation.group and _leaked(judgement, o)]
        if judgement.verdict is Verdict.FAILS and leaked:
            for outcome in leaked:
                leaks[judgement.claim.expectation.group, outcome].append(judgement)
        elif judgement.verdict is not Verdict.HOLDS:
            rest.append(judgement)
    said: list[Text] = [_leak(judgements, group, outcome) for group, outcome in leaks]
    said += [
        judgement.reason
        for verdict in (Verdict.FAILS, Verdict.INCONCLUSIVE)
        for judgement in rest
        if judgement.verdict is verdict
    ]
    return list(dict.fromkeys(said))


def _doubt(judgement: Judgement, disagreement: Disagreement | None) -> Text:
    """Why counts that fit prove nothing; empty if they do."""
    if disagreement:
        return disagreement.reason
    if judgement.surplus and any(_moved(judgement, outcome) for outcome in judgement.outcomes):
        return Message("reason.strangers", who=shown(judgement.end_user), n=judgement.surplus.strangers)
    if judgement.early:
        return ""
    if any(_open(judgement, outcome) for outcome in judgement.outcomes):
        return _gap(judgement)
    if judgement.claim.is_conclusive:
        return ""
    return Message("reason.too_few", who=shown(judgement.end_user), power=judgement.claim.power)


def _refuted(judgement: Judgement, outcome: Text) -> bool:
    """Whether the count is out of its range even if the missing answers are dealt out in favour of the claim."""
    seen, fits, moved = judgement.count(outcome), judgement.allowed(outcome), _strangers(judgement, outcome)
    if judgement.early:  # the missing answers were dealt out before it was decided
        return seen - moved > fits.high or seen + moved < fits.low
    more, fewer = judgement.unknown + _twice(judgement, outcome), _twice(judgement, outcome)
    return seen - fewer - moved > fits.high or seen + more + moved < fits.low


def _open(judgement: Judgement, outcome: Text) -> bool:
    """Whether the missing answers could take the count out of its range, or are too many to rule the leak out."""
    claim, seen, fits = judgement.claim, judgement.count(outcome), judgement.allowed(outcome)
    if judgement.surplus is None:
        return seen < fits.low or seen + judgement.unknown > fits.high
    seldom = (
        math.ceil(requests_to_exclude(claim.detectable_leak) / claim.expectation.together)
        if claim.detectable_leak
        else 0
    )
    if sum(judgement.tally.outcomes.values()) < min(claim.requests, seldom):
        return True
    if claim.expectation.shares.get(outcome) == 1:
        return any(_could_be(judgement, other) for other in judgement.surplus.counts if other != outcome)
    return seen - _twice(judgement, outcome) < fits.low or seen + _could_be(judgement, outcome) > fits.high


def _could_be(judgement: Judgement, outcome: Text) -> int:
    """How many more may have had this outcome: the proxies have counted each of them, unless it was never sent."""
    if judgement.surplus is None:
        return judgement.unknown
    lost = judgement.tally.unknown
    return judgement.unknown - lost + min(lost + _twice(judgement, outcome), judgement.surplus.counts.get(outcome, 0))


def _twice(judgement: Judgement, outcome: Text) -> int:
    """How many answers of a split may stand for another version, which was asked first: the proxies counted that too."""
    if judgement.surplus is None or judgement.claim.expectation.shares.get(outcome, 0) in (0, 1):
        return 0
    return min(sum(judgement.tally.twice.values()), sum(judgement.surplus.counts.values()))


def _moved(judgement: Judgement, outcome: Text) -> bool:
    """Whether the count would be out of its range, had strangers hidden as many wrong pages as they can have."""
    moved, seen, fits = _strangers(judgement, outcome), judgement.count(outcome), judgement.allowed(outcome)
    return bool(moved) and (seen - moved < fits.low or seen + moved > fits.high)


def _strangers(judgement: Judgement, outcome: Text) -> int:
    """By how much strangers may have moved the count of a split: behind each, a page could be of another version."""
    if judgement.surplus is None or judgement.claim.expectation.shares.get(outcome, 0) in (0, 1):
        return 0
    return min(judgement.surplus.strangers, sum(judgement.surplus.counts.values()))


def _leaked(judgement: Judgement, outcome: Text) -> bool:
    return judgement.allowed(outcome) == _NEVER and judgement.count(outcome) > 0


def _misfit(judgement: Judgement, outcome: Text) -> Message:
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


def _leak(judgements: Sequence[Judgement], group: str, outcome: Text) -> Message:
    members = [judgement for judgement in judgements if judgement.claim.expectation.group == group]
    seen = sum(judgement.tally.outcomes.get(outcome, 0) for judgement in members)
    of = sum(judgement.tally.requests for judgement in members)
    return Message("reason.leak", seen=seen, of=of, group=Message(f"who.{group}"), outcome=outcome)


def _gap(judgement: Judgement) -> Message:
    missing = dict(judgement.tally.missing)
    if unsent := judgement.unknown - judgement.tally.unknown:
        missing[Message("missing.never_sent")] = unsent
    if twice := max(_twice(judgement, outcome) for outcome in judgement.outcomes):
        missing[Message("missing.asked_twice")] = twice
    why = [Message("reason.missing_by", why=reason, n=missing[reason]) for reason in sorted(missing, key=english)]
    who, of = shown(judgement.end_user), judgement.claim.requests
    return Message("reason.missing", who=who, n=sum(missing.values()), of=of, why=why)


def _all_of(reasons: Sequence[Message]) -> Message:
    return reasons[0] if len(reasons) == 1 else Message("reason.several", reasons=reasons)


def _with(judgement: Judgement, verdict: Verdict, reason: Text) -> Judgement:
    return replace(judgement, verdict=verdict, reason=reason)
