"""A run: every step put in force and under traffic, then the baseline again, then the verdict."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import urllib3

from platforms.bookinfo import baseline
from platforms.boundary import Platform, State
from platforms.demo.crash_recovery import RestoredRun, restore_after_crash
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.demo.run_folder import part
from platforms.errors import Interrupted, NotConverged, NotReachable, Unsupported
from scenarios.events.event import Found, Locked, Noted, Opened, Over
from scenarios.events.stream import Stream
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import marks
from scenarios.messages.catalogue import english
from scenarios.messages.errors import told, words
from scenarios.messages.message import Message
from scenarios.reporting.model import Report
from scenarios.run.foretelling import foretell, time_page
from scenarios.run.locust_process import LocustProcess
from scenarios.run.restore import restore_after
from scenarios.run.signals import InterruptGuard
from scenarios.run.step import StepContext, run_step
from scenarios.run.traffic import Traffic
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Claim, Expectation, alpha_of_each, lengthened, plan_claims

_PROBE_SECONDS = 1.0
"""How long the proxies get to prove that they serve the baseline before a run."""


@dataclass(frozen=True, slots=True)
class LoadSource:
    """The place that the requests come from: by default, one process of this machine."""

    workers: int | None = None
    """The number of processes, or of pods."""
    in_cluster: bool = False
    running: Traffic | None = None
    """A load generator that runs before the run and after it, so that several runs import Locust only once."""

    def traffic(self, platform: Platform, log: Path) -> AbstractContextManager[Traffic]:
        """The load generator, started with the block; raises Unsupported if the platform has no place for one."""
        if self.running:
            return contextlib.nullcontext(self.running)
        if not self.in_cluster:
            return Traffic(LocustProcess(log, self.workers))
        if platform.load_generator is None:
            raise Unsupported(words(Message("error.no_cluster", platform=platform.name)))
        return Traffic(platform.load_generator(self.workers or 1))


ONE_PROCESS = LoadSource()


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """The number of requests and their rate; by default as many as the claims need, as fast as the page answers."""

    requests: int | None = None
    """Per end user and step."""
    rate: float | None = None
    """Requests per second, over all end users of a step."""
    duration: float | None = None
    """Seconds of each step at that rate."""

    def requests_of(self, step: Step) -> int | None:
        """The number of requests per end user of the step; None if its claims decide."""
        if self.rate is not None and self.duration is not None:
            return max(1, round(self.rate * self.duration / len(step.expectations)))
        return self.requests


def fitted(scenario: Scenario, platform: DemoPlatform) -> Scenario:
    """Make of the scenario that for the demo's workloads."""
    return scenario.on(platform.workloads())


def run(
    scenario: Scenario,
    claims: tuple[tuple[Claim, ...], ...],
    connect: Callable[[], DemoPlatform],
    *,
    rate: float | None,
    keep: bool,
    command: str,
    stream: Stream,
    source: LoadSource = ONE_PROCESS,
    fit: Callable[[Scenario, DemoPlatform], Scenario] = fitted,
) -> Report:
    """Run the scenario's steps, restore the baseline, and judge the `claims`, which are per step.

    Raises the error that ended the run; whatever it changed has been restored by then, or the message says so.
    """
    started = datetime.now().astimezone()
    clock = time.perf_counter()
    platform = connect()
    scenario = fit(scenario, platform)
    url = f"{platform.gateway_url}/productpage"
    with stream.telling_failure():
        stream.publish(Opened(scenario, claims, platform.name, platform.key, url, command, started, os.getpid()))
        folder = part(platform.key)
        # Locust takes a second to import, so it starts while the demo is checked.
        with InterruptGuard().installed() as guard, source.traffic(platform, folder / "locust.log") as traffic:
            with nothing_changed():
                if restored := restore_after_crash(platform):
                    stream.publish(Noted(note_of_restored(restored)))
            with exclusive(platform.key, command):
                stream.publish(Locked())
                with nothing_changed():
                    found = preflight(platform)
                    if scenario.fallback:
                        stream.publish(Noted(foretell(scenario, claims, rate, partial(time_page, url))))
                stream.publish(Found(found))
                will = {english(step.title): step.state for step in scenario.steps}
                if scenario.fallback:
                    will[english(Message("step.rolled_back"))] = scenario.fallback
                context = StepContext(platform, traffic, rate, stream, scenario.fallback)

                def steps() -> None:
                    for number, (step, step_claims) in enumerate(zip(scenario.steps, claims, strict=True)):
                        gate = run_step(number, step, step_claims, context, lifts_fault=number == scenario.healed)
                        if gate and Report.of_step(stream.past, number).verdict is not Verdict.HOLDS:
                            gate.roll_back()
                            break

                entry = partial(Journal.open, who=command, was=english(found), will=will)
                restore_after(steps, platform, guard, stream, entry=entry, scenario=scenario.name, keep=keep)
        stream.publish(Over(time.perf_counter() - clock))
        report = Report.of(stream.past)
        for event in report.verdicts():
            stream.publish(event)
    return report


def note_of_restored(run: RestoredRun) -> Message:
    """Tell of a killed run whose rules were replaced by the baseline."""
    proxies, after = run.in_force.proxies, run.in_force.milliseconds
    return Message("run.restored", who=run.who, pid=str(run.pid), since=run.since, n=proxies, after=after)


def plan_steps(scenario: Scenario, profile: LoadProfile) -> tuple[tuple[Claim, ...], ...]:
    """Plan the claims of every step, with their numbers of requests and allowed counts."""
    alpha = alpha_of_each(scenario.expectations, [step.counting for step in scenario.steps if step.counting])
    given = [
        profile.requests_of(step) or one.requests or _counted(step, one, alpha)
        for step in scenario.steps
        for one in step.expectations
    ]
    claims = iter(plan_claims(scenario.expectations, given, alpha=alpha))
    return tuple(_compared(step, [next(claims) for _ in step.expectations]) for step in scenario.steps)


def _counted(step: Step, expectation: Expectation, alpha: float) -> int | None:
    """The number of requests that a claim about proxies' counts takes: that many are sent, however early the pages are sure."""
    if step.counting is None:
        return None
    return max(expectation.requests_to_exclude, step.counting.calls_needed(alpha))


def _compared(step: Step, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Give every end user the requests that the comparison of versions takes, if the step makes one."""
    if step.health is None:
        return tuple(claims)
    shares = [claim.expectation.part for claim in claims]
    each = step.health.most_answers / sum(shares)
    return tuple(lengthened(claim, math.ceil(each * share)) for claim, share in zip(claims, shares, strict=True))


@contextlib.contextmanager
def nothing_changed() -> Iterator[None]:
    """Add to the message of an interrupt in the block that nothing had been changed."""
    try:
        yield
    except Interrupted as stopped:
        raise Interrupted(words(Message("error.nothing_changed", why=told(stopped)))) from None


def preflight(platform: Platform) -> Message:
    """Require that the page answers, and return what is in force.

    It needs the lock as well: the proxies would count this page in somebody else's run.
    """
    _require_page(platform.gateway_url)
    try:
        platform.wait_until_converged(State(baseline()), timeout=_PROBE_SECONDS)
    except NotConverged:
        return Message("found.other")
    return Message("found.baseline")


def _require_page(url: str) -> None:
    """Raise NotReachable unless the gateway serves the page."""
    page = f"{url}/productpage"
    try:
        with urllib3.PoolManager(timeout=5.0, retries=False) as pool:
            answer = pool.request("GET", page)
    except urllib3.exceptions.HTTPError as error:
        raise NotReachable(words(Message("error.no_answer", url=page, why=type(error).__name__))) from error
    if answer.status != 200:  # noqa: PLR2004  # OK
        raise NotReachable(words(Message("error.no_page", url=page, status=str(answer.status))))
    if not marks(answer.data.decode(errors="replace")):
        raise NotReachable(words(Message("error.other_page", url=page)))
