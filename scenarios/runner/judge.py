"""Say whether the counts fit the shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from scenarios.runner import chance
from scenarios.runner.chance import Range
from scenarios.runner.enduser import shown
from scenarios.runner.expectation import Claim, percent
from scenarios.runner.observation import Tally
from scenarios.runner.sequential import Decision
from scenarios.runner.witness import Disagreement

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
        return (count / known, *chance.interval(count, known, _DOUBT)) if known else None

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
    claim: Claim, tally: Tally, disagreement: Disagreement | None = None, early: Decision | None = None
) -> Finding:
    """Say whether the counts fit the shares.

    FAILS if they do not, whatever the missing answers were; HOLDS if they do, whatever the missing answers were, and
    both witnesses say so; INCONCLUSIVE in between. What was decided early stands, unless one of the answers that were
    still under way is one that must never come: the ranges of the whole number say nothing about a sample cut short.
    """
    finding = Finding(claim, tally, Verdict.HOLDS, early=early)
    refuted = [outcome for outcome in finding.outcomes if _refuted(finding, outcome)]
    if refuted and not (disagreement and disagreement.contradicts):
        return _with(finding, Verdict.FAILS, "; ".join(_misfit(finding, outcome) for outcome in refuted))
    if disagreement:
        return _with(finding, Verdict.INCONCLUSIVE, disagreement.reason)
    if early:
        return finding
    if any(_open(finding, outcome) for outcome in finding.outcomes):
        return _with(finding, Verdict.INCONCLUSIVE, _gap(finding))
    if not claim.tells:
        return _with(finding, Verdict.INCONCLUSIVE, f"{_whose(finding)}: {claim.power}")
    return finding


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


def _refuted(finding: Finding, outcome: str) -> bool:
    """Whether the count is out of its range even if the missing answers are dealt out in favour of the claim."""
    if finding.early:
        return not finding.fits(outcome)  # the missing answers were dealt out before it was decided
    seen, fits = finding.count(outcome), finding.allowed(outcome)
    return seen > fits.high or seen + finding.unknown < fits.low


def _open(finding: Finding, outcome: str) -> bool:
    """Whether the missing answers could take the count out of its range."""
    seen, fits = finding.count(outcome), finding.allowed(outcome)
    return seen < fits.low or seen + finding.unknown > fits.high


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
    why = ", ".join(f"{reason}: {count:,}" for reason, count in sorted(missing.items()))
    return f"{_whose(finding)}: {finding.unknown:,} of {finding.claim.requests:,} answers are missing ({why})"


def _whose(finding: Finding) -> str:
    return shown(finding.end_user)


def _with(finding: Finding, verdict: Verdict, reason: str) -> Finding:
    return replace(finding, verdict=verdict, reason=reason)
