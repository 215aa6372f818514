"""A run: every step put in force and under traffic, then the baseline again, then the verdict."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import urllib3

from platforms import Convergence, Counters, Platform, State
from platforms.environment import run_folder
from platforms.errors import Interrupted, NotConverged, NotReachable
from platforms.journal import Journal, exclusive, heal
from platforms.resources import baseline
from scenarios.runner.back import CONVERGES, WayBack
from scenarios.runner.expectation import Claim, plan
from scenarios.runner.experiment import Scenario, Step
from scenarios.runner.observation import marks
from scenarios.runner.recovery import Recovery, Visitors
from scenarios.runner.report import Report, StepReport, step_report
from scenarios.runner.screen import Screen
from scenarios.runner.stop import Stop
from scenarios.runner.traffic import Load, Sent, Traffic
from scenarios.runner.witness import hear, settled

_GLANCE = 1.0  # how long the proxies get to prove that they serve the baseline before a run
_STILL = 3.0  # how long they get afterwards: a proxy that crashed meanwhile is being restarted
_LOOK_SECONDS = 0.1
_MOST_USERS = 64
_LOOK = "`python -m platforms status` shows what is wrong"


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests, and how fast; by default as many as the claims need, as fast as the page answers."""

    requests: int | None = None
    """Per load."""
    rate: float | None = None
    """Requests per second, over all loads of a step."""
    duration: float | None = None
    """Seconds of each step at that rate."""

    def given(self, step: Step) -> int | None:
        """The number of requests of each of the step's loads, if it does not follow from its claims."""
        if self.rate is not None and self.duration is not None:
            return max(1, round(self.rate * self.duration / len(step.expectations)))
        return self.requests


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step brought: enough to judge it once the baseline is back."""

    step: Step
    claims: tuple[Claim, ...]
    convergence: Convergence
    sent: Sent
    applied: float
    recovery: Recovery | None
    overtaken: str
    """How the step's state did not stay in force, if it did not."""
    counted: Counters


def run(
    scenario: Scenario, connect: Callable[[], Platform], *, pace: Pace, keep: bool, command: str, screen: Screen
) -> Report:
    """Show the scenario, restore the baseline and report.

    Raises what kept it from being shown; whatever was changed has been restored by then, or the message says so.
    """
    started = datetime.now().astimezone()
    clock = time.perf_counter()
    claims = claims_of(scenario, pace)
    platform = connect()
    scenario = replace(scenario, notes=(*scenario.notes, *platform.caveats))
    screen.opening(scenario, platform, claims)
    folder = run_folder() / platform.key
    folder.mkdir(parents=True, exist_ok=True)
    # Locust takes a second to import, so it starts while the demo is looked at.
    with Stop().watched() as stop, Traffic(folder / "locust.log") as traffic:
        with _nothing_changed():
            _heal(platform, screen)
        with exclusive(platform.key, command):
            with _nothing_changed():
                found = _preflight(platform, screen)
            will = {step.title: step.state for step in scenario.steps}
            Journal.of(platform.key).open(who=command, was=found, will=will)
            with WayBack(platform, stop, screen, keep).after(scenario.name) as aftermath:
                taken = [
                    _take(
                        step,
                        step_claims,
                        platform,
                        screen=screen,
                        send=_sender(traffic, platform, pace, screen),
                        healing=number == scenario.healed,
                    )
                    for number, (step, step_claims) in enumerate(zip(scenario.steps, claims, strict=True))
                ]
    return Report(
        scenario=scenario,
        platform=platform.name,
        command=command,
        started=started,
        total_seconds=time.perf_counter() - clock,
        found=found,
        restored_ms=aftermath.restored_ms,
        kept=aftermath.kept,
        error=aftermath.error,
        steps=tuple(_judged(step) for step in taken),
        restored=aftermath.restored,
    )


def claims_of(scenario: Scenario, pace: Pace) -> tuple[tuple[Claim, ...], ...]:
    """The claims of every step, with their numbers of requests and what these allow."""
    given = [pace.given(step) for step in scenario.steps for _ in step.expectations]
    claims = iter(plan(scenario.expectations, given))
    return tuple(tuple(next(claims) for _ in step.expectations) for step in scenario.steps)


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


@contextlib.contextmanager
def _nothing_changed() -> Iterator[None]:
    """Says so if the run is stopped in the block."""
    try:
        yield
    except Interrupted as stopped:
        raise Interrupted(f"{stopped}; nothing had been changed") from None


def _heal(platform: Platform, screen: Screen) -> None:
    """Undo what a killed run left."""
    if healed := heal(platform):
        screen.note(healed)


def _preflight(platform: Platform, screen: Screen) -> str:
    """See that the page answers, and say what is in force.

    For this page too, nobody else's run may be under way: its proxies would count it.
    """
    _page_answers(platform.gateway_url)
    try:
        platform.wait_until_converged(State(baseline()), timeout=_GLANCE)
    except NotConverged:
        screen.note(
            "a rule other than the baseline is in force (kept, or applied by hand): the baseline will follow it"
        )
        return "a rule other than the baseline"
    return "the baseline"


def _page_answers(url: str) -> None:
    """Raises NotReachable unless the gateway serves the page."""
    try:
        with urllib3.PoolManager(timeout=5.0, retries=False) as pool:
            answer = pool.request("GET", f"{url}/productpage")
    except urllib3.exceptions.HTTPError as error:
        raise NotReachable(f"{url}/productpage does not answer ({type(error).__name__}): {_LOOK}") from error
    if answer.status != 200:  # noqa: PLR2004  # OK
        raise NotReachable(f"{url}/productpage answers {answer.status}: {_LOOK}")
    if not marks(answer.data.decode(errors="replace")):
        raise NotReachable(f"{url}/productpage is no Bookinfo page of ours: it has no <main id=bookinfo> to read from")


_Send = Callable[[Step, Sequence[Claim]], Sent]


def _sender(traffic: Traffic, platform: Platform, pace: Pace, screen: Screen) -> _Send:
    def send(step: Step, claims: Sequence[Claim]) -> Sent:
        total = sum(claim.requests for claim in claims)
        with screen.sending(step.title, total) as answered:
            return traffic.send(platform.gateway_url, loads(step, claims, pace.rate), rate=pace.rate, answered=answered)

    return send


def _take(
    step: Step, claims: tuple[Claim, ...], platform: Platform, *, screen: Screen, send: _Send, healing: bool
) -> Taken:
    """Put the step in force, wait until it is, and send its requests."""
    with Visitors(platform.gateway_url) if healing else contextlib.nullcontext() as visitors:
        applied = time.time()
        platform.apply(step.state)
        convergence = platform.wait_until_converged(step.state, timeout=CONVERGES)
    recovery = visitors.recovery if visitors else None
    screen.in_force(step.title, convergence)
    before = settled(platform.upstream_requests)
    sent = send(step, claims)
    screen.sent(step.title, len(sent.observations), sent.seconds)
    overtaken = _overtaken(platform, step.state)
    counted = _counted(platform, before, late=step.late)
    return Taken(step, claims, convergence, sent, applied, recovery, overtaken, counted)


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


def _judged(taken: Taken) -> StepReport:
    return step_report(
        taken.step,
        taken.claims,
        taken.sent.observations,
        convergence=taken.convergence,
        seconds=taken.sent.seconds,
        logins=taken.sent.logins,
        overtaken=taken.overtaken,
        counted=taken.counted,
        applied=taken.applied,
        recovery=taken.recovery,
    )
