"""One step of a run: the record of what was seen and counted, and the judgement of that record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from platforms.boundary import Convergence
from platforms.counters import Counters
from scenarios.evidence.counted import CountReport, judge_counting, without_copies
from scenarios.evidence.health import HealthReport, judge_health
from scenarios.evidence.judge import judge, overall
from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.latency import judge_latency
from scenarios.evidence.observation import NO_DETAILS, NO_RATINGS, Observation, Tally, tally
from scenarios.evidence.proxy_counts import (
    UNSEEN,
    Allowances,
    Disagreement,
    ProxyCounts,
    Surplus,
    find_disagreement,
    gateway_requests,
    summarise,
)
from scenarios.evidence.recovery import Recovery
from scenarios.evidence.visits.ejection import (
    EjectionRecord,
    EjectionReport,
    answers_while_out,
    ejected_besides,
    judge_ejection,
)
from scenarios.evidence.visits.growth import GrowthRecord
from scenarios.evidence.visits.scaled import ScaledReport, Times, judge_scaling
from scenarios.messages.message import Message, Text
from scenarios.scenario import Step
from scenarios.statistics.claim import PUNCTUAL, Aspect, Claim
from scenarios.statistics.counting import CallKind
from scenarios.statistics.sequential import Decision


@dataclass(frozen=True, slots=True)
class StepRecord:
    """Everything that was observed during a step; it is judged after the baseline has been restored."""

    step: Step
    claims: tuple[Claim, ...]
    decisions: tuple[Decision | None, ...]
    """By claim, the early decision of its sequential test, if there was one."""
    applied_at: float
    """When the step's state was applied, in wall-clock seconds."""
    convergence: Convergence
    observations: tuple[Observation, ...]
    """Every answer."""
    seconds: float
    """From the first request to the last answer."""
    logins: int
    counters: Counters
    """What the proxies counted during the step."""
    pages_logged: int | None = None
    """Requests for which the log of productpage's proxy says who answered; None where there is no such log."""
    recovery: Recovery | None = None
    """What visitors saw while a fault was lifted, if this step lifts one."""
    contradiction: Text = ""
    """The page that the proxy's log contradicts, if any."""
    superseded: Text = ""
    """How the step's state did not stay in force, if it did not."""
    instance_changes: tuple[Message, ...] = ()
    """Which instances were replaced during the step."""
    calls_under_way: Text = ""
    """Which calls were under way when counting began or ended, if any were."""
    compared: int | None = None
    """After how many answers the comparison of versions was over; None if it never was."""
    rolled_back: float | None = None
    """When the step was taken back, in wall-clock seconds, if it was while its requests were sent or after them."""
    until: int | None = None
    """How many answers had come by then: later ones were not asked under the step's rule alone; None if it was not taken back."""
    rolled_back_ms: float | None = None
    """How long it took until every proxy served what was there before."""
    ejection: EjectionRecord | None = None
    """What became of the instance that the step has waited for, if it waits for one."""
    growth: GrowthRecord | None = None
    """How the instances came that the step asks for, if it scales a workload."""
    sent: Mapping[str, int] = field(default_factory=dict)
    """The calls to each of them."""
    touched: tuple[Message, ...] = ()
    """Which others were replaced since before the step."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """A step's record and its judgement."""

    record: StepRecord
    judgements: tuple[Judgement, ...]
    """One per claim."""
    by_version: Tally
    """All answers of the step, by version of reviews."""
    pages_with_stars: int
    proxy_counts: ProxyCounts
    disagreement: Disagreement | None
    health: HealthReport | None = None
    """How the new version stood beside the old one, in a step that compares them."""
    counted: CountReport | None = None
    """What the proxies counted of the calls that the step claims something of."""
    ejection: EjectionReport | None = None
    """What became of the instance that was to be kept out, or taken back, in a step that waits for that."""
    scaled: ScaledReport | None = None
    """What came of more instances, in a step that scales a workload."""

    @property
    def verdict(self) -> Verdict:
        """The verdict on all that the step claims."""
        others = [one.verdict for one in (self.health, self.counted, self.ejection, self.scaled) if one]
        return overall([*others, *(judgement.verdict for judgement in self.judgements)])

    @property
    def title(self) -> Text:
        return self.record.step.title

    @property
    def requests(self) -> int:
        return self.by_version.requests

    def per_second(self, count: int) -> float:
        return count / self.record.seconds if self.record.seconds else 0.0


def judge_step(record: StepRecord, *, usual_ms: float | None, before: StepRecord | None = None) -> StepReport:
    """Judge every claim of a step by what its clients saw and its proxies counted; `usual_ms` as in `judge_latency`.

    What more instances do, and how long an instance was kept out, is judged beside the step `before`.
    """
    record = _while_out(record)
    claims, observations, counting = record.claims, record.observations, record.step.counting
    by_version = tally(observations, Aspect.REVIEWS, within=None)
    stars = sum(one.is_page and one.marks.get("ratings") == "shown" for one in observations)
    counts = summarise(record.counters)
    own = [
        [one for one in observations[: record.until] if one.end_user == claim.expectation.end_user] for claim in claims
    ]
    tallies = [
        tally(seen, claim.expectation.aspect, within=claim.expectation.within)
        for claim, seen in zip(claims, own, strict=True)
    ]
    strangers = gateway_requests(record.counters) - len(observations) - record.logins
    disagreement = (
        _interference(record)
        or (Disagreement(record.contradiction, contradicts=True) if record.contradiction else None)
        or _uncounted(observations, -strangers)
        or _incomplete_pages(tallies)
        or find_disagreement(
            by_version,
            replace(counts, answered=without_copies(counts.answered, by_version.outcomes, counting)),
            ratings=record.step.ratings,
            stars=stars,
            allowances=replace(
                _allowances(claims, tallies, observations, strangers),
                rescued=counting.app if counting and counting.kind is CallKind.RESCUED else "",
            ),
        )
    )
    surplus = _surplus(counts, tallies, strangers) if claims[0].expectation.aspect.tells_version else None
    judgements = tuple(
        judge_latency(judge(claim, counted, disagreement, early, surplus), seen, usual_ms)
        for claim, early, seen, counted in zip(claims, record.decisions, own, tallies, strict=True)
    )
    health = None
    if compared := record.step.health:
        loads = {claim.expectation.end_user: claim.requests for claim in claims}
        health = judge_health(compared, loads, observations, answers=record.compared)
    counted = None
    if counting:
        counted = judge_counting(counting, record.counters, alpha=claims[0].alpha, disagreement=disagreement)
    ejection = None
    if (wanted := record.step.ejection) and record.ejection:
        ejection = judge_ejection(
            wanted,
            record.ejection,
            record.counters,
            observations,
            record.step.title,
            before.ejection if before else None,
        )
    scaled = None
    if (scaling := record.step.scaling) and record.growth and before:
        scaled = judge_scaling(
            scaling,
            record.growth,
            record.sent,
            record.touched,
            _times(tally(before.observations, Aspect.REVIEWS, within=None)),
            _times(by_version),
            alpha=claims[0].alpha,
            title=record.step.title,
            disagreement=disagreement,
        )
    return StepReport(record, judgements, by_version, stars, counts, disagreement, health, counted, ejection, scaled)


def _times(of: Tally) -> Times:
    return Times(of.milliseconds, of.percentile(PUNCTUAL))


def _while_out(record: StepRecord) -> StepRecord:
    """Return the record without what came of requests after an instance that is sick was taken back: its time was over."""
    if not (record.step.ejection and record.ejection):
        return record
    until = answers_while_out(record.step.ejection, record.ejection, record.observations)
    if until is None:
        return record
    decisions = tuple(one if one and one.answers <= until else None for one in record.decisions)
    return replace(record, until=until, decisions=decisions)


def _surplus(counts: ProxyCounts, tallies: Sequence[Tally], strangers: int) -> Surplus:
    """The proxies' counts beyond the pages whose outcome is known."""
    known = {version: sum(one.outcomes.get(version, 0) for one in tallies) for version in counts.asked}
    return Surplus({version: max(0, n - known[version]) for version, n in counts.asked.items()}, max(0, strangers))


def _allowances(
    claims: Sequence[Claim], tallies: Sequence[Tally], observations: Sequence[Observation], strangers: int
) -> Allowances:
    """Reasons for more answers than the clients saw: other users, and loads whose versions others must never see."""
    shares = [
        (claim.expectation.shares, claim.expectation.others_may_come)
        for claim in claims
        if claim.expectation.aspect.tells_version
    ]
    excluded = {
        version for one, _ in shares for version, share in one.items() if isinstance(version, str) and not share
    }
    rightful = {
        version: sum(
            counted.unknown + sum(counted.twice.values())
            for (one, other), counted in zip(shares, tallies, strict=True)
            if one.get(version, other)
        )
        for version in excluded
    }
    return Allowances(
        strangers,
        twice=sum(one.asked_twice and bool(one.marks.get("reviews-version")) for one in observations),
        tolerated=min(claim.expectation.tolerated_strangers for claim in claims),
        rightful=rightful,
    )


def _incomplete_pages(tallies: Sequence[Tally]) -> Disagreement | None:
    """Too many pages that lack what would tell their version."""
    pages = sum(one.pages for one in tallies)
    incomplete = sum(one.missing.get(lacking, 0) for one in tallies for lacking in (NO_RATINGS, NO_DETAILS))
    if incomplete <= pages * UNSEEN:
        return None
    return Disagreement(Message("doubt.unfinished", n=incomplete, pages=pages), contradicts=False)


def _uncounted(observations: Sequence[Observation], fewer: int) -> Disagreement | None:
    """Requests that the gateway did not count; only those that brought no page may be among them."""
    if fewer <= sum(not one.is_page for one in observations):
        return None
    return Disagreement(Message("doubt.fewer_at_gateway", sent=len(observations), fewer=fewer), contradicts=True)


def _interference(record: StepRecord) -> Disagreement | None:
    """A change of the platform during the step, after which neither witness tells of one mesh under one rule."""
    if record.instance_changes:
        return Disagreement(Message("doubt.changed", changes=record.instance_changes), contradicts=True)
    if record.superseded:
        return Disagreement(Message("doubt.overtaken", how=record.superseded), contradicts=True)
    if record.step.ejection and (others := ejected_besides(record.step.ejection, record.counters)):
        return Disagreement(Message("doubt.ejected", versions=others), contradicts=True)
    if record.calls_under_way:
        return Disagreement(Message("doubt.busy", calls=record.calls_under_way), contradicts=False)
    return None
