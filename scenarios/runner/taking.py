"""One step of a run: put in force, under traffic, counted by both witnesses."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from platforms import Convergence, Counters, Platform, State
from platforms.errors import NotConverged
from scenarios.runner.back import CONVERGES
from scenarios.runner.changes import changes
from scenarios.runner.expectation import Claim
from scenarios.runner.experiment import Step
from scenarios.runner.observation import Observation, outcome
from scenarios.runner.recovery import Recovery, Visitors
from scenarios.runner.report import StepReport, step_report
from scenarios.runner.screen import Screen
from scenarios.runner.sequential import Decision, Watch
from scenarios.runner.traffic import Load, Sent, Traffic
from scenarios.runner.witness import hear, settled

_STILL = 3.0  # how long the proxies get to prove that nothing else came: one that crashed meanwhile is being restarted
_LOOK_SECONDS = 0.1
_MOST_USERS = 64


@dataclass(frozen=True, slots=True)
class Stage:
    """What every step of a run is taken with."""

    platform: Platform
    traffic: Traffic
    rate: float | None
    screen: Screen


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step brought: enough to judge it once the baseline is back."""

    step: Step
    claims: tuple[Claim, ...]
    convergence: Convergence
    sent: Sent
    decisions: tuple[Decision | None, ...]
    """What was sure early, claim by claim."""
    applied: float
    recovery: Recovery | None
    overtaken: str
    """How the step's state did not stay in force, if it did not."""
    changed: str
    """Which instances were replaced meanwhile, if any were."""
    counted: Counters


def take(step: Step, claims: tuple[Claim, ...], stage: Stage, *, healing: bool) -> Taken:
    """Put the step in force, wait until it is, and send its requests, until its claims are sure."""
    platform, screen = stage.platform, stage.screen
    with Visitors(platform.gateway_url) if healing else contextlib.nullcontext() as visitors:
        applied = time.time()
        platform.apply(step.state)
        convergence = platform.wait_until_converged(step.state, timeout=CONVERGES)
    screen.in_force(step.title, convergence)
    instances, before = platform.instances(), settled(platform.upstream_requests)
    watches = tuple(map(Watch, claims))
    with screen.sending(step.title, sum(claim.requests for claim in claims)) as answered:
        sent = stage.traffic.send(
            stage.traffic.gateway_url or platform.gateway_url,
            loads(step, claims, stage.rate),
            rate=stage.rate,
            answered=answered,
            enough=_enough(claims, watches),
        )
    screen.sent(step.title, len(sent.observations), sent.seconds)
    return Taken(
        step,
        claims,
        convergence,
        sent,
        tuple(watch.decision for watch in watches),
        applied,
        visitors.recovery if visitors else None,
        overtaken=_overtaken(platform, step.state),
        changed=changes(instances, platform.instances()),
        counted=_counted(platform, before, late=step.late),
    )


def loads(step: Step, claims: Sequence[Claim], rate: float | None) -> list[Load]:
    """Who asks for the page: at least one visitor per end user, the others in proportion to the requests."""
    total = sum(claim.requests for claim in claims)
    users = step.users if rate is None else min(_MOST_USERS, max(step.users, math.ceil(rate / 4)))
    return [
        Load(
            claim.expectation.end_user,
            claim.requests,
            min(claim.requests, max(1, round(users * claim.requests / total))),
        )
        for claim in claims
    ]


def judged(taken: Taken, *, usual: float | None) -> StepReport:
    """The step with its verdicts; `usual` is how long 95 of 100 pages took in the run's first step, in milliseconds."""
    return step_report(
        taken.step,
        taken.claims,
        taken.sent.observations,
        convergence=taken.convergence,
        seconds=taken.sent.seconds,
        logins=taken.sent.logins,
        overtaken=taken.overtaken,
        changed=taken.changed,
        counted=taken.counted,
        decisions=taken.decisions,
        usual=usual,
        applied=taken.applied,
        recovery=taken.recovery,
    )


def _enough(claims: Sequence[Claim], watches: Sequence[Watch]) -> Callable[[Observation], bool]:
    """Tells, of an answer, whether the claim of its end user is sure by now."""
    heard = {
        claim.expectation.end_user: (claim.expectation, watch) for claim, watch in zip(claims, watches, strict=True)
    }

    def enough(seen: Observation) -> bool:
        expectation, watch = heard[seen.end_user]
        return watch.heard(seen.number, outcome(seen, expectation.looks, within=expectation.within)) is not None

    return enough


def _overtaken(platform: Platform, state: State) -> str:
    """How the state did not stay in force; empty if every proxy still serves it."""
    try:
        platform.wait_until_converged(state, timeout=_STILL)
    except NotConverged as error:
        return str(error)
    return ""


def _counted(platform: Platform, before: Counters, *, late: float) -> Counters:
    """What the proxies counted since, once every version that was asked has its answer of ratings, or it is too late."""
    deadline = time.monotonic() + late
    while True:
        counted = settled(platform.upstream_requests).since(before)
        if time.monotonic() >= deadline or not hear(counted).waits_for_ratings:
            return counted
        time.sleep(_LOOK_SECONDS)
