"""What became of a run, as a value and as the one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from platforms import Convergence, Counters
from platforms.errors import DemoError
from scenarios.runner.enduser import shown
from scenarios.runner.expectation import Claim, per_hundred, points, power
from scenarios.runner.experiment import Scenario, Step
from scenarios.runner.judge import Finding, Verdict, judge, overall, reasons
from scenarios.runner.observation import Looks, Observation, Tally, tally
from scenarios.runner.witness import Disagreement, Testimony, disagreement, gateway_requests, hear


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
        """How long it took from lifting the fault until no request met it any more; None if none was lifted."""
        healed = self.scenario.healed
        return None if healed is None else self.steps[healed].convergence.milliseconds

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
        """What the claims that the episode is about could tell apart."""
        claims = [finding.claim for finding in self.point.findings]
        if too_few := next((claim.power for claim in claims if not claim.tells), None):
            return too_few
        splits = [claim.catches for claim in claims if claim.catches is not None]
        leaks = [claim.leak for claim in claims if claim.leak is not None]
        return power(max(splits, default=None), max(leaks, default=None))

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
    counted: Counters,
) -> StepReport:
    """Judge a step by what its clients saw and its proxies counted."""
    seen = tuple(observations)
    everybody = tally(seen, Looks.REVIEWS, within=None)
    stars = sum(one.is_page and one.marks.get("ratings") == "shown" for one in seen)
    said = hear(counted)
    strangers = gateway_requests(counted) - len(seen) - logins
    doubt = (
        Disagreement(f"the rule did not stay in force while the requests were sent: {overtaken}", contradicts=True)
        if overtaken
        else disagreement(everybody, said, ratings=step.ratings, stars=stars, strangers=strangers)
    )
    findings = []
    for claim in claims:
        expectation = claim.expectation
        own = (one for one in seen if one.end_user == expectation.end_user)
        findings.append(judge(claim, tally(own, expectation.looks, within=expectation.within), doubt))
    return StepReport(step, convergence, seconds, tuple(findings), everybody, stars, said, doubt)


def document(report: Report) -> dict[str, Any]:
    """The report as the one JSON document."""
    return {
        "scenario": report.scenario.name,
        "title": report.scenario.title,
        "platform": report.platform,
        "command": report.command,
        "started": report.started.isoformat(timespec="milliseconds"),
        "revision": report.point.convergence.revision,
        "verdict": report.verdict.name,
        "reasons": report.reasons,
        "power": report.power,
        "in_force_ms": round(report.point.convergence.milliseconds, 1),
        "recovered_ms": None if report.recovered_ms is None else round(report.recovered_ms, 1),
        "restored": report.restored_ms is not None,
        "restored_ms": None if report.restored_ms is None else round(report.restored_ms, 1),
        "kept": report.kept,
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "total_seconds": round(report.total_seconds, 3),
        "notes": list(report.scenario.notes),
        "steps": [_step(step) for step in report.steps],
        "claims": [_claim(step, finding) for step in report.steps for finding in step.findings],
    }


def _step(step: StepReport) -> dict[str, Any]:
    return {
        "title": step.step.title,
        "revision": step.convergence.revision,
        "stopped": sorted(step.step.state.stopped),
        "in_force_ms": round(step.convergence.milliseconds, 1),
        "proxies_asked": step.convergence.proxies,
        "requests": step.requests,
        "seconds": round(step.seconds, 3),
        "rps": round(step.rate(step.everybody.pages), 2),
        "success": _ratio(step.everybody.pages, step.requests),
        "pages_with_stars": step.stars,
        "proxies": {
            "reviews_answered": dict(sorted(step.said.answered.items())),
            "reviews_failed": dict(sorted(step.said.failed.items())),
            "reviews_retries": step.said.retries,
            "ratings_answered": step.said.ratings,
        },
        "witnesses_agree": step.disagreement is None,
    }


def _claim(step: StepReport, finding: Finding) -> dict[str, Any]:
    claim = finding.claim
    return {
        "step": step.step.title,
        "end_user": shown(finding.end_user),
        "looks_at": claim.expectation.looks.value,
        "requests": claim.requests,
        "verdict": finding.verdict.name,
        "reason": finding.reason,
        "power": claim.power,
        "catches_points": None if claim.catches is None else float(claim.catches * 100),
        "catches_leak_in_100": None if claim.leak is None else float(per_hundred(claim.leak)),
        "margin": points(claim.expectation.margin),
        "success": _ratio(finding.tally.pages, claim.requests),
        "missing": dict(finding.tally.missing),
        "milliseconds": {str(percent): finding.tally.percentile(percent) for percent in (50, 95, 100)},
        # The proxies cannot tell end users apart: their counts are of all who were there at the same time.
        "proxies_cover": [shown(other.end_user) for other in step.findings],
        "outcomes": {outcome: _outcome(step, finding, outcome) for outcome in finding.outcomes},
    }


def _outcome(step: StepReport, finding: Finding, outcome: str) -> dict[str, Any]:
    asked = finding.claim.expectation.shares.get(outcome, Fraction(0))
    fits = finding.allowed(outcome)
    client = finding.tally.outcomes.get(outcome, 0)
    return {
        "asked": float(asked),
        "asked_exactly": str(asked),
        "allowed": [fits.low, fits.high],
        "client": client,
        "proxies": proxy_count(step, finding, outcome),
        "rps": round(step.rate(client), 2),
        "success": success_of(step, finding, outcome),
        "fits": finding.fits(outcome),
    }


def proxy_count(step: StepReport, finding: Finding, outcome: str) -> int | None:
    """What the proxies count for an outcome, over all end users of the step; None if they cannot see it."""
    if finding.claim.expectation.looks is Looks.REVIEWS:
        return step.said.answered.get(outcome, 0)
    return step.said.ratings if outcome.endswith(" stars") else None


def success_of(step: StepReport, finding: Finding, outcome: str) -> float | None:
    """The share of the requests to a version that it answered, as the proxies count; None if it got none."""
    if finding.claim.expectation.looks is Looks.REVIEWS:
        success = step.said.success(outcome)
        return None if success is None else round(success, 5)
    return _ratio(finding.tally.pages, finding.claim.requests) if finding.tally.outcomes.get(outcome) else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None
