"""Say whether the counts fit the shares."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from scenarios.enduser import shown
from scenarios.evidence.observation import Tally
from scenarios.evidence.proxy_counts import Beyond, Disagreement, number
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range, unbroken
from scenarios.statistics.claim import Claim, percent
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
class Finding:
    """A claim and what became of it."""

    claim: Claim
    tally: Tally
    verdict: Verdict
    reason: str = ""
    """Why it does not hold."""
    early: Decision | None = None
    """What was sure before all requests were sent, if anything was."""
    beyond: Beyond | None = None
    """What the proxies counted beyond what clients saw; None if they cannot see these outcomes."""

    @property
    def end_user(self) -> str:
        return self.claim.expectation.end_user

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What was asked for, in its order, and then what came unasked."""
        asked = tuple(self.claim.expectation.shares)
        return (*asked, *sorted(self.tally.outcomes.keys() - set(asked)))

    @property
    def answers(self) -> int:
        """How many answers the verdict rests on; those still under way when it was sure can only refute it."""
        return self.early.answers if self.early else self.claim.requests

    def count(self, outcome: str) -> int:
        """How many of these had this outcome; what must never come counts whenever it came."""
        if self.early and self.claim.expectation.shares.get(outcome):
            return self.early.counts.get(outcome, 0)
        return self.tally.outcomes.get(outcome, 0)

    def seen(self, outcome: str) -> tuple[float, float, float] | None:
        """The share of the answers whose outcome is known that had this one, with its 95 % interval; None of none."""
        judged = self.early and self.claim.expectation.shares.get(outcome)
        known = sum((self.early.counts if self.early and judged else self.tally.outcomes).values())
        count = self.count(outcome)
        return (count / known, *binomial.interval(count, known, _DOUBT)) if known else None

    @property
    def unknown(self) -> int:
        """Requests whose outcome nobody knows, those included that were never sent."""
        return max(self.tally.unknown, self.claim.requests - sum(self.tally.outcomes.values()))

    def allowed(self, outcome: str) -> Range:
        """The counts of these answers that do not speak against the claim."""
        return (self.early or self.claim).allowed.get(outcome, _NEVER)

    def fits(self, outcome: str) -> bool:
        """Whether the count of this outcome is one that chance allows."""
        return self.count(outcome) in self.allowed(outcome)

    @property
    def stopped(self) -> str:
        """That no more requests were needed, in words; empty if all were sent."""
        if not self.early:
            return ""
        return f"sure after {self.early.answers:,} of at most {self.claim.requests:,} requests"


def judge(
    claim: Claim,
    tally: Tally,
    disagreement: Disagreement | None = None,
    early: Decision | None = None,
    beyond: Beyond | None = None,
) -> Finding:
    """Say whether the counts fit the shares.

    FAILS if they do not, whatever the missing answers were; HOLDS if they do, whatever the missing answers were, and
    both witnesses say so; INCONCLUSIVE in between. A missing answer can only have been one that the proxies counted
    beyond what clients saw. What was decided early stands, unless one of the answers that were
    still under way is one that must never come: the ranges of the whole number say nothing about a sample cut short.
    """
    finding = Finding(claim, tally, Verdict.HOLDS, early=early, beyond=beyond)
    refuted = [outcome for outcome in finding.outcomes if _refuted(finding, outcome)]
    if refuted and not (disagreement and disagreement.contradicts):
        return _with(finding, Verdict.FAILS, "; ".join(_misfit(finding, outcome) for outcome in refuted))
    doubt = _doubt(finding, disagreement)
    return _with(finding, Verdict.INCONCLUSIVE, doubt) if doubt else finding


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """One claim that fails fails the run; else one that is inconclusive leaves it so."""
    found = set(verdicts)
    return next((verdict for verdict in (Verdict.FAILS, Verdict.INCONCLUSIVE) if verdict in found), Verdict.HOLDS)


def reasons(findings: Sequence[Finding]) -> list[str]:
    """Why a run does not hold, most telling first, each said once.

    What several end users of one group saw that none of them was to see is one sentence: `5 of 900 others saw v3`.
    """
    leaks: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    rest = []
    for finding in findings:
        leaked = [o for o in finding.outcomes if finding.claim.expectation.group and _leaked(finding, o)]
        if finding.verdict is Verdict.FAILS and leaked:
            for outcome in leaked:
                leaks[finding.claim.expectation.group, outcome].append(finding)
        elif finding.verdict is not Verdict.HOLDS:
            rest.append(finding)
    said = [_leak(findings, group, outcome) for group, outcome in leaks]
    said += [
        finding.reason
        for verdict in (Verdict.FAILS, Verdict.INCONCLUSIVE)
        for finding in rest
        if finding.verdict is verdict
    ]
    return list(dict.fromkeys(said))


def _doubt(finding: Finding, disagreement: Disagreement | None) -> str:
    """Why counts that fit prove nothing; empty if they do."""
    if disagreement:
        return disagreement.reason
    if finding.beyond and any(_moved(finding, outcome) for outcome in finding.outcomes):
        return f"{_whose(finding)}: {number(finding.beyond.strangers, 'request')} of somebody else could have changed the counts"
    if finding.early:
        return ""
    if any(_open(finding, outcome) for outcome in finding.outcomes):
        return _gap(finding)
    return "" if finding.claim.tells else f"{_whose(finding)}: {finding.claim.power}"


def _refuted(finding: Finding, outcome: str) -> bool:
    """Whether the count is out of its range even if the missing answers are dealt out in favour of the claim."""
    seen, fits, moved = finding.count(outcome), finding.allowed(outcome), _strangers(finding, outcome)
    if finding.early:  # the missing answers were dealt out before it was decided
        return seen - moved > fits.high or seen + moved < fits.low
    more, fewer = finding.unknown + _twice(finding, outcome), _twice(finding, outcome)
    return seen - fewer - moved > fits.high or seen + more + moved < fits.low


def _open(finding: Finding, outcome: str) -> bool:
    """Whether the missing answers could take the count out of its range, or are too many to rule the leak out."""
    claim, seen, fits = finding.claim, finding.count(outcome), finding.allowed(outcome)
    if finding.beyond is None:
        return seen < fits.low or seen + finding.unknown > fits.high
    seldom = math.ceil(unbroken(claim.leak) / claim.expectation.together) if claim.leak else 0
    if sum(finding.tally.outcomes.values()) < min(claim.requests, seldom):
        return True
    if claim.expectation.shares.get(outcome) == 1:
        return any(_could_be(finding, other) for other in finding.beyond.counts if other != outcome)
    return seen - _twice(finding, outcome) < fits.low or seen + _could_be(finding, outcome) > fits.high


def _could_be(finding: Finding, outcome: str) -> int:
    """How many more may have had this outcome: the proxies have counted each of them, unless it was never sent."""
    if finding.beyond is None:
        return finding.unknown
    lost = finding.tally.unknown
    return finding.unknown - lost + min(lost + _twice(finding, outcome), finding.beyond.counts.get(outcome, 0))


def _twice(finding: Finding, outcome: str) -> int:
    """How many answers of a split may stand for another version, which was asked first: the proxies counted that too."""
    if finding.beyond is None or finding.claim.expectation.shares.get(outcome, 0) in (0, 1):
        return 0
    return min(sum(finding.tally.twice.values()), sum(finding.beyond.counts.values()))


def _moved(finding: Finding, outcome: str) -> bool:
    """Whether the count would be out of its range, had strangers hidden as many wrong pages as they can have."""
    moved, seen, fits = _strangers(finding, outcome), finding.count(outcome), finding.allowed(outcome)
    return bool(moved) and (seen - moved < fits.low or seen + moved > fits.high)


def _strangers(finding: Finding, outcome: str) -> int:
    """By how much strangers may have moved the count of a split: behind each, a page could be of another version."""
    if finding.beyond is None or finding.claim.expectation.shares.get(outcome, 0) in (0, 1):
        return 0
    return min(finding.beyond.strangers, sum(finding.beyond.counts.values()))


def _leaked(finding: Finding, outcome: str) -> bool:
    return finding.allowed(outcome) == _NEVER and finding.count(outcome) > 0


def _misfit(finding: Finding, outcome: str) -> str:
    seen, asked = finding.count(outcome), finding.claim.expectation.shares.get(outcome)
    wanted = "not asked for at all" if asked is None else f"allowed {finding.allowed(outcome)} for {percent(asked)}"
    of = finding.answers if asked else finding.tally.requests
    return f"{_whose(finding)}: {outcome} {seen:,} of {of:,}, {wanted}"


def _leak(findings: Sequence[Finding], group: str, outcome: str) -> str:
    members = [finding for finding in findings if finding.claim.expectation.group == group]
    seen = sum(finding.tally.outcomes.get(outcome, 0) for finding in members)
    return f"{seen:,} of {sum(finding.tally.requests for finding in members):,} {group} saw {outcome}"


def _gap(finding: Finding) -> str:
    missing = dict(finding.tally.missing)
    if unsent := finding.unknown - finding.tally.unknown:
        missing["never sent"] = unsent
    if twice := max(_twice(finding, outcome) for outcome in finding.outcomes):
        missing["asked for twice"] = twice
    why = ", ".join(f"{reason}: {count:,}" for reason, count in sorted(missing.items()))
    return f"{_whose(finding)}: {sum(missing.values()):,} of {finding.claim.requests:,} answers are missing ({why})"


def _whose(finding: Finding) -> str:
    return shown(finding.end_user)


def _with(finding: Finding, verdict: Verdict, reason: str) -> Finding:
    return replace(finding, verdict=verdict, reason=reason)
