"""One step of a run: put in force, under traffic, counted by both witnesses."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from platforms.boundary import Convergence, Platform, State
from platforms.counters import Counters
from platforms.errors import NotConverged
from scenarios.evidence.changes import changes, updated
from scenarios.evidence.observation import Observation, outcome
from scenarios.evidence.proxy_counts import settled
from scenarios.evidence.recovery import Recovery, Visitors
from scenarios.evidence.request_witness import contradiction, logged, without_strangers
from scenarios.reporting.model import StepReport, step_report
from scenarios.reporting.terminal import Screen
from scenarios.run.restore import CONVERGENCE_SECONDS
from scenarios.run.traffic import Traffic, TrafficResult, UserLoad
from scenarios.scenario import Step
from scenarios.statistics.claim import Claim
from scenarios.statistics.sequential import Decision, Watch

_STILL = 3.0  # how long the proxies get to prove that nothing else came: one that crashed meanwhile is being restarted
_LOOK_SECONDS = 0.02
_UNDER_WAY = 15.0
"""How long calls that are under way get to end: nobody in the demo waits longer than reviews v2 for ratings, 10 s."""
_GLANCE = 1.0
"""How long where a log tells our calls from all others, so that these need not end."""
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
    sent: TrafficResult
    decisions: tuple[Decision | None, ...]
    """What was sure early, claim by claim."""
    applied: float
    recovery: Recovery | None
    overtaken: str
    """How the step's state did not stay in force, if it did not."""
    changed: str
    """Which instances were replaced meanwhile, if any were."""
    busy: str
    """Which calls were under way when counting began or ended, if any were."""
    counted: Counters
    contradicted: str
    """Which page the proxy's log contradicts, if any."""
    told: int | None
    """How many pages the proxy's log was held against; None where there is no log."""


def take(step: Step, claims: tuple[Claim, ...], stage: Stage, *, healing: bool) -> Taken:
    """Put the step in force, wait until it is, and send its requests, until its claims are sure."""
    platform, screen = stage.platform, stage.screen
    with Visitors(platform.gateway_url) if healing else contextlib.nullcontext() as visitors:
        applied = time.time()
        platform.apply(step.state)
        convergence = platform.wait_until_converged(step.state, timeout=CONVERGENCE_SECONDS)
    screen.in_force(step.title, convergence)
    log = platform.request_log
    patience = _UNDER_WAY if log is None else _GLANCE
    busy = _busy(platform, "before the first request", patience)
    mark = ""
    if log is not None:
        log.clear()
        mark = log.mark()
    instances, updates, before = platform.instances(), platform.updates(), settled(platform.upstream_requests)
    watches = tuple(map(Watch, claims))
    with screen.sending(step.title, sum(claim.requests for claim in claims)) as answered:
        sent = stage.traffic.send(
            stage.traffic.gateway_url or platform.gateway_url,
            loads(step, claims, stage.rate),
            rate=stage.rate,
            mark=mark,
            on_answer=answered,
            stop_when=_enough(claims, watches),
        )
    screen.sent(step.title, len(sent.observations), sent.seconds)
    overtaken = _overtaken(platform, step.state) or updated(updates, platform.updates())
    busy = busy or _busy(platform, "after the last answer", patience)
    calls = logged(log, mark, sent.observations)
    counted = settled(platform.upstream_requests).since(before)
    return Taken(
        step,
        claims,
        convergence,
        sent,
        tuple(watch.decision for watch in watches),
        applied,
        visitors.recovery if visitors else None,
        overtaken=overtaken,
        changed=changes(instances, platform.instances()),
        busy="" if calls else busy,
        counted=without_strangers(counted, calls, len(sent.observations) + sent.logins, busy=bool(busy)),
        contradicted=contradiction(calls, sent.observations),
        told=len(calls.answered) if calls else None,
    )


def loads(step: Step, claims: Sequence[Claim], rate: float | None) -> list[UserLoad]:
    """Who asks for the page: at least one visitor per end user, the others in proportion to the requests."""
    total = sum(claim.requests for claim in claims)
    users = step.users if rate is None else min(_MOST_USERS, max(step.users, math.ceil(rate / 4)))
    return [
        UserLoad(
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
        busy=taken.busy,
        counted=taken.counted,
        contradicted=taken.contradicted,
        told=taken.told,
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
        came = outcome(seen, expectation.looks, within=expectation.within)
        return watch.heard(seen.number, came, twice=seen.asked_twice) is not None

    return enough


def _overtaken(platform: Platform, state: State) -> str:
    """How the state did not stay in force; empty if every proxy still serves it."""
    try:
        platform.wait_until_converged(state, timeout=_STILL)
    except NotConverged as error:
        return str(error)
    return ""


def _busy(platform: Platform, when: str, patience: float) -> str:
    """Wait until no call is under way, for it would be counted where it does not belong; say so if that does not come.

    A call outlives its page: what reviews v2 ask of late ratings is answered when nobody waits for it any more.
    """
    deadline = time.monotonic() + patience
    while calls := platform.under_way():
        if time.monotonic() >= deadline:
            return f"{calls:,} {'call was' if calls == 1 else 'calls were'} still under way {patience:.0f} s {when}"
        time.sleep(_LOOK_SECONDS)
    return ""
