"""A defect as data, and the platform in which it is planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from platforms.boundary import Convergence, LoadGeneratorFactory, Platform, State
from platforms.calls import RequestLog
from platforms.counters import Counters
from platforms.demo.journal import DemoPlatform
from platforms.errors import DemoError
from platforms.istio.resources import baseline
from scenarios.defects.rewriting import Rewriting
from scenarios.evidence.judge import Verdict
from scenarios.scenario import Scenario

Answer = Verdict | type[DemoError]
"""How a run ends: by a verdict, or by an error."""

_PATIENCE = 3.0
"""How long a platform gets that would say so if it were right: it is not."""


def _unchanged(counters: Counters) -> Counters:
    return counters


def _untouched(page: str) -> str:
    return page


def _nothing(_platform: Platform, _in_force: State) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong while a scenario is shown, and what the scenario must say to it."""

    name: str
    told: str
    """What is wrong, in a sentence without a full stop."""
    scenario: Scenario
    step: int | None
    """Of which step's state something else is in force; None for the baseline afterwards."""
    really: State
    """What is in force then."""
    answer: Answer
    cause: str = ""
    """What the reason must speak of: a scenario that fails for another reason has not caught this one."""
    admitted: bool = False
    """Whether the proxies are asked for what was claimed; else they are taken to serve it."""
    meanwhile: Callable[[Platform, State], None] = _nothing
    """What somebody else does before the last request is counted."""
    counted: Callable[[Counters], Counters] = _unchanged
    """What the proxies say that they counted."""
    logged: bool = True
    """Whether calls may be logged one by one; else they are only counted, as on a platform without such a log."""
    page: Callable[[str], str] = _untouched
    """What visitors are shown instead of a page."""

    @property
    def claimed(self) -> State:
        """The state that the scenario believes to be in force."""
        return State(baseline()) if self.step is None else self.scenario.steps[self.step].state


class Planted:
    """The platform as it is, but for one defect."""

    def __init__(self, platform: DemoPlatform, defect: Defect) -> None:
        self._platform = platform
        self._defect = defect
        self._spoilt = False
        self._waits = 0
        self._rewriting = (
            Rewriting(lambda: platform.gateway_url, defect.page) if defect.page is not _untouched else None
        )

    @property
    def name(self) -> str:
        return self._platform.name

    @property
    def key(self) -> str:
        return self._platform.key

    @property
    def caveats(self) -> tuple[str, ...]:
        return self._platform.caveats

    @property
    def gateway_url(self) -> str:
        return self._rewriting.url if self._rewriting and self._spoilt else self._platform.gateway_url

    def apply(self, state: State) -> None:
        self._spoilt, self._waits = state == self._defect.claimed, 0
        self._platform.apply(self._defect.really if self._spoilt else state)

    def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
        if not (self._spoilt and state == self._defect.claimed):
            return self._platform.wait_until_converged(state, timeout=timeout)
        if self._defect.admitted:
            return self._platform.wait_until_converged(state, timeout=min(timeout, _PATIENCE))
        self._waits += 1
        if self._waits == 2:  # noqa: PLR2004  # first when the rule was applied, then when its requests were answered
            self._defect.meanwhile(self._platform, self._defect.really)
        convergence = self._platform.wait_until_converged(self._defect.really, timeout=timeout)
        return replace(convergence, revision=state.resources.revision)

    @property
    def load_generator(self) -> LoadGeneratorFactory | None:
        return self._platform.load_generator

    def upstream_requests(self) -> Counters:
        return self._defect.counted(self._platform.upstream_requests())

    @property
    def request_log(self) -> RequestLog | None:
        """None where a defect is planted in what the proxies say: the log would tell the truth."""
        return self._platform.request_log if self._defect.counted is _unchanged and self._defect.logged else None

    def under_way(self) -> int:
        return self._platform.under_way()

    def updates(self) -> Mapping[str, str]:
        return self._platform.updates()

    def instances(self) -> Mapping[str, str]:
        return self._platform.instances()

    def close(self) -> None:
        """Let go of what was planted; the platform is needed for the next defect."""
        if self._rewriting:
            self._rewriting.close()
