"""A defect as data, and the platform in which it is planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from platforms.bookinfo import baseline
from platforms.boundary import Callers, Convergence, LoadGeneratorFactory, Platform, RequestLog, Scaler, State
from platforms.counters import Calls, Counters
from platforms.demo.https_door import HttpsDoor
from platforms.demo.journal import DemoPlatform
from platforms.errors import DemoError
from platforms.istio.registry import Workload
from scenarios.defects.rewriting import RewritingProxy
from scenarios.events.event import Answered, Event
from scenarios.evidence.judgement import Verdict
from scenarios.messages.message import Text
from scenarios.run.run import fitted
from scenarios.scenario import Scenario

Answer = Verdict | type[DemoError]
"""The end of a run: a verdict, or an error."""

_CONVERGENCE_SECONDS = 3.0
"""How long a planted platform gets to converge, which it cannot."""


def _unchanged(counters: Counters) -> Counters:
    return counters


def _untouched(page: str) -> str:
    return page


def _no_interference(_platform: Platform, _in_force: State) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect that is planted while a scenario runs, and how the scenario must end."""

    name: str
    description: Text
    """The defect, in a sentence without a full stop."""
    scenario: Scenario
    step: int | None
    """The index of the step in whose place something else is in force; None for the baseline afterwards."""
    actual_state: State
    """The state that is in force then."""
    expected: Answer
    expected_reason: str = ""
    """A part of the expected reason: a scenario that fails for another one has not caught this defect."""
    convergence_checked: bool = False
    """The proxies are asked for the claimed state; otherwise they are taken to serve it."""
    fit: Callable[[Scenario, DemoPlatform], Scenario] = fitted
    """The scenario for the demo that is up, as its own command fits it."""
    after: int = 0
    """The number of answers that come while the claimed state is in force, before the other takes its place."""
    interfere: Callable[[Platform, State], None] = _no_interference
    """An action of somebody else before the last request is counted."""
    alter_counters: Callable[[Counters], Counters] = _unchanged
    """A change of the proxies' counters as they are read."""
    request_log: bool = True
    """Calls are logged one by one; otherwise they are only counted, as on a platform without such a log."""
    rewrite_page: Callable[[str], str] = _untouched
    """A change of every page on its way to the client."""

    @property
    def claimed_state(self) -> State:
        """The state that the scenario believes to be in force."""
        return State(baseline()) if self.step is None else self.scenario.steps[self.step].state


class DefectivePlatform:
    """A platform with one defect."""

    def __init__(self, platform: DemoPlatform, defect: Defect) -> None:
        self._platform = platform
        self._defect = defect
        self._planted = False
        self._waits = 0
        self._in_force = defect.actual_state
        """The state that is in force while the defect is planted."""
        self._came = 0
        """The answers since the claimed state was asked for."""
        self._rewriting = (
            RewritingProxy(lambda: platform.gateway_url, defect.rewrite_page)
            if defect.rewrite_page is not _untouched
            else None
        )

    @property
    def name(self) -> str:
        return self._platform.name

    @property
    def key(self) -> str:
        return self._platform.key

    @property
    def door(self) -> HttpsDoor:
        return self._platform.door

    @property
    def gateway_url(self) -> str:
        return self._rewriting.url if self._rewriting and self._planted else self._platform.gateway_url

    def workloads(self) -> Mapping[Workload, int]:
        return self._platform.workloads()

    def apply(self, state: State) -> None:
        self._planted, self._waits, self._came = state == self._defect.claimed_state, 0, 0
        self._in_force = state if self._defect.after else self._defect.actual_state
        self._platform.apply(self._in_force if self._planted else state)

    def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
        if not (self._planted and state == self._defect.claimed_state):
            return self._platform.wait_until_converged(state, timeout=timeout)
        if self._defect.convergence_checked:
            return self._platform.wait_until_converged(state, timeout=min(timeout, _CONVERGENCE_SECONDS))
        self._waits += 1
        if self._waits == 2:  # noqa: PLR2004  # the first wait follows the apply, the second the last answer
            self._defect.interfere(self._platform, self._in_force)
        convergence = self._platform.wait_until_converged(self._in_force, timeout=timeout)
        return replace(convergence, revision=state.resources.revision)

    def hear(self, event: Event) -> None:
        """Let the defect set in once the answers have come that are good."""
        if not (self._planted and self._defect.after and isinstance(event, Answered)):
            return
        self._came += len(event.seen)
        if self._came >= self._defect.after and self._in_force != self._defect.actual_state:
            self._in_force = self._defect.actual_state
            self._platform.apply(self._in_force)

    @property
    def load_generator(self) -> LoadGeneratorFactory | None:
        return self._platform.load_generator

    def upstream_requests(self) -> Counters:
        return self._defect.alter_counters(self._platform.upstream_requests())

    @property
    def callers(self) -> Callers | None:
        return self._platform.callers

    @property
    def request_log(self) -> RequestLog | None:
        """None where the counters are altered, since the log would contradict them."""
        return (
            self._platform.request_log
            if self._defect.alter_counters is _unchanged and self._defect.request_log
            else None
        )

    @property
    def scaler(self) -> Scaler | None:
        return self._platform.scaler

    def under_way(self) -> int:
        return self._platform.under_way()

    def calls(self) -> Mapping[str, Calls]:
        return self._platform.calls()

    def updates(self) -> Mapping[str, Mapping[str, str]]:
        return self._platform.updates()

    def instances(self) -> Mapping[str, str]:
        return self._platform.instances()

    def close(self) -> None:
        """Remove the defect; the platform stays open for the next one."""
        if self._rewriting:
            self._rewriting.close()
