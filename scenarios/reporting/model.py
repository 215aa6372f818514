"""What became of a run, as a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from platforms.boundary import Convergence
from platforms.counters import Counters
from platforms.errors import DemoError
from scenarios.evidence.judge import Finding, Verdict, judge, overall, reasons
from scenarios.evidence.latency import timed
from scenarios.evidence.observation import NO_DETAILS, NO_RATINGS, WEARS, Observation, Tally, tally
from scenarios.evidence.proxy_counts import (
    UNSEEN,
    Beyond,
    Company,
    Disagreement,
    Testimony,
    disagreement,
    gateway_requests,
    hear,
    number,
)
from scenarios.evidence.recovery import Recovery
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Claim, Looks, power
from scenarios.statistics.sequential import Decision


@dataclass(frozen=True, slots=True)
class StepReport:
    """What became of one step."""

    step: Step
    convergence: Convergence
    seconds: float
    """From the first request to the last answer."""
    findings: tuple[Finding, ...]
    everybody: Tally
    """All answers of the step by version of reviews."""
    stars: int
    """Pages with stars."""
    said: Testimony
    """What the proxies counted."""
    disagreement: Disagreement | None
    seen: tuple[Observation, ...] = ()
    """Every answer."""
    applied: float | None = None
    """When the step's state was applied, in wall-clock seconds."""
    recovery: Recovery | None = None
    """What visitors saw while a fault was lifted, if this step lifts one."""
    told: int | None = None
    """Requests for which the log of productpage's proxy says who answered; None where there is no such log."""

    @property
    def requests(self) -> int:
        return self.everybody.requests

    def rate(self, count: int) -> float:
        return count / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a run."""

    scenario: Scenario
    platform: str
    command: str
    started: datetime
    total_seconds: float
    found: str
    """What was in force before."""
    restored_ms: float | None
    """How long the baseline took to be in force again; None if it is not."""
    kept: bool
    error: DemoError | None
    """Why the baseline is not back although it should be."""
    steps: tuple[StepReport, ...]
    restored: float | None = None
    """When the baseline was in force again, in wall-clock seconds."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for step in self.steps for finding in step.findings)

    @property
    def verdict(self) -> Verdict:
        return overall(finding.verdict for finding in self.findings)

    @property
    def reasons(self) -> list[str]:
        return reasons(self.findings)

    @property
    def point(self) -> StepReport:
        """The step that the episode is about."""
        return self.steps[self.scenario.point]

    @property
    def recovered_ms(self) -> float | None:
        """How long it took from lifting the fault until every proxy had lifted it; None if none was lifted."""
        healed = self.scenario.healed
        return None if healed is None else self.steps[healed].convergence.milliseconds

    @property
    def recovery(self) -> Recovery | None:
        """What visitors saw meanwhile."""
        healed = self.scenario.healed
        return None if healed is None else self.steps[healed].recovery

    @property
    def requests(self) -> int:
        return sum(step.requests for step in self.steps)

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else self.verdict.exit_code

    @property
    def power(self) -> str:
        """What the claims could tell apart, step by step."""
        return power([(step.step.title, [finding.claim for finding in step.findings]) for step in self.steps])

    @property
    def ending(self) -> str:
        """How the platform was left."""
        if self.error:
            return "the baseline is NOT back"
        return "rule kept: `python -m platforms reset` undoes it" if self.kept else "baseline restored"


def step_report(
    step: Step,
    claims: Sequence[Claim],
    observations: Iterable[Observation],
    *,
    convergence: Convergence,
    seconds: float,
    logins: int,
    overtaken: str,
    changed: str = "",
    busy: str = "",
    counted: Counters,
    contradicted: str = "",
    told: int | None = None,
    decisions: Sequence[Decision | None] = (),
    usual: float | None = None,
    applied: float | None = None,
    recovery: Recovery | None = None,
) -> StepReport:
    """Judge a step by what its clients saw and its proxies counted; `decisions` is what was sure early, claim by claim.

    `usual` is as in `timed`.
    """
    seen = tuple(observations)
    everybody = tally(seen, Looks.REVIEWS, within=None)
    stars = sum(one.is_page and one.marks.get("ratings") == "shown" for one in seen)
    said = hear(counted)
    own = [[one for one in seen if one.end_user == claim.expectation.end_user] for claim in claims]
    tallies = [
        tally(of, claim.expectation.looks, within=claim.expectation.within)
        for claim, of in zip(claims, own, strict=True)
    ]
    strangers = gateway_requests(counted) - len(seen) - logins
    doubt = (
        _interfered(changed, overtaken, busy)
        or (Disagreement(contradicted, contradicts=True) if contradicted else None)
        or _uncounted(seen, -strangers)
        or _unfinished(tallies)
        or disagreement(
            everybody, said, ratings=step.ratings, stars=stars, company=_company(claims, tallies, seen, strangers)
        )
    )
    beyond = _beyond(said, tallies, strangers) if claims[0].expectation.looks is Looks.WHOLE else None
    findings = []
    for claim, early, of, came in zip_longest(claims, decisions, own, tallies):
        findings.append(timed(judge(claim, came, doubt, early, beyond), of, usual))
    return StepReport(
        step, convergence, seconds, tuple(findings), everybody, stars, said, doubt, seen, applied, recovery, told
    )


def _beyond(said: Testimony, tallies: Sequence[Tally], strangers: int) -> Beyond:
    """What the proxies counted beyond the pages whose outcome is known."""
    asked = said.asked
    known = {version: sum(came.outcomes.get(version, 0) for came in tallies) for version in asked}
    return Beyond({version: max(0, n - known[version]) for version, n in asked.items()}, max(0, strangers))


def _company(claims: Sequence[Claim], tallies: Sequence[Tally], seen: Sequence[Observation], strangers: int) -> Company:
    """Who else was there, and which loads may have been answered by a version that others must never see."""
    shares = [claim.expectation.shares for claim in claims if claim.expectation.looks is Looks.WHOLE]
    excluded = {version for of_one in shares for version, share in of_one.items() if not share}
    rightful = {
        version: sum(
            came.unknown + sum(came.twice.values())
            for of_one, came in zip(shares, tallies, strict=True)
            if of_one.get(version)
        )
        for version in excluded
    }
    tolerated = min(claim.expectation.tolerated for claim in claims)
    return Company(
        strangers, sum(one.asked_twice and bool(one.marks.get("reviews-version")) for one in seen), tolerated, rightful
    )


def _unfinished(tallies: Sequence[Tally]) -> Disagreement | None:
    """Too many pages came without what would say what they are."""
    pages = sum(came.pages for came in tallies)
    unfinished = sum(came.missing.get(lacking, 0) for came in tallies for lacking in (NO_RATINGS, NO_DETAILS))
    if unfinished <= pages * UNSEEN:
        return None
    return Disagreement(
        f"{unfinished:,} of {number(pages, 'page')} came without their ratings or details: nobody knows what they would show",
        contradicts=False,
    )


def _uncounted(seen: Sequence[Observation], fewer: int) -> Disagreement | None:
    """The gateway counts so many requests fewer than were sent: only those that brought no page may be among them."""
    if fewer <= sum(not one.is_page for one in seen):
        return None
    return Disagreement(
        f"the witnesses disagree: clients sent {len(seen):,} requests, the gateway counts {fewer:,} fewer",
        contradicts=True,
    )


def _interfered(changed: str, overtaken: str, busy: str) -> Disagreement | None:
    """What happened to the platform meanwhile, so that neither witness tells of one mesh under one rule."""
    if changed:
        return Disagreement(f"the platform changed while the requests were sent: {changed}", contradicts=True)
    if overtaken:
        return Disagreement(
            f"the rule did not stay in force while the requests were sent: {overtaken}", contradicts=True
        )
    if busy:
        return Disagreement(f"somebody else used the demo: {busy}", contradicts=False)
    return None


def proxy_count(step: StepReport, finding: Finding, outcome: str) -> int | None:
    """What the proxies count for an outcome, over all end users of the step; None if they cannot see it."""
    if finding.claim.expectation.looks is Looks.WHOLE:
        return step.said.answered.get(outcome, 0) if outcome in WEARS else None
    return step.said.ratings if outcome.endswith(" stars") else None


def success_of(step: StepReport, finding: Finding, outcome: str) -> float | None:
    """The share of the requests to a version that it answered, as the proxies count; None if it got none."""
    if finding.claim.expectation.looks is Looks.WHOLE:
        success = step.said.success(outcome)
        return None if success is None else round(success, 5)
    return ratio(finding.tally.pages, finding.tally.requests) if finding.tally.outcomes.get(outcome) else None


def ratio(part: int, whole: int) -> float | None:
    """A share with five digits; None of nothing."""
    return round(part / whole, 5) if whole else None
