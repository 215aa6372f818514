"""What became of a run, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from platforms.errors import DemoError
from scenarios.evidence.judge import overall, reasons
from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.observation import WEARS, is_of_stars
from scenarios.evidence.recovery import Recovery
from scenarios.evidence.step import StepReport
from scenarios.messages.message import Message, Text
from scenarios.scenario import Scenario
from scenarios.statistics.claim import Aspect, power


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a run."""

    scenario: Scenario
    platform: str
    command: str
    started: datetime
    total_seconds: float
    found: Message
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
    def judgements(self) -> tuple[Judgement, ...]:
        return tuple(judgement for step in self.steps for judgement in step.judgements)

    @property
    def verdict(self) -> Verdict:
        return overall(judgement.verdict for judgement in self.judgements)

    @property
    def reasons(self) -> list[Text]:
        return reasons(self.judgements)

    @property
    def point(self) -> StepReport:
        """The step that the episode is about."""
        return self.steps[self.scenario.point]

    @property
    def recovered_ms(self) -> float | None:
        """The time from lifting the fault until every proxy had lifted it; None if none was lifted."""
        healed = self.scenario.healed
        return None if healed is None else self.steps[healed].record.convergence.milliseconds

    @property
    def recovery(self) -> Recovery | None:
        """The pages that visitors saw meanwhile."""
        healed = self.scenario.healed
        return None if healed is None else self.steps[healed].record.recovery

    @property
    def requests(self) -> int:
        return sum(step.requests for step in self.steps)

    @property
    def seconds(self) -> float:
        return sum(step.record.seconds for step in self.steps)

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else self.verdict.exit_code

    @property
    def power(self) -> Message:
        """The differences that the claims could tell apart, step by step."""
        return power([(step.title, [judgement.claim for judgement in step.judgements]) for step in self.steps])

    @property
    def ending(self) -> Message:
        """The state in which the platform was left."""
        if self.error:
            return Message("ending.not_restored")
        return Message("ending.kept" if self.kept else "ending.restored")


def proxy_count(step: StepReport, judgement: Judgement, outcome: Text) -> int | None:
    """The count of the proxies for an outcome, over all end users of the step; None if they cannot see it."""
    if judgement.claim.expectation.aspect is Aspect.WHOLE:
        return step.proxy_counts.answered.get(outcome, 0) if isinstance(outcome, str) and outcome in WEARS else None
    return step.proxy_counts.ratings if is_of_stars(outcome) else None


def success_of(step: StepReport, judgement: Judgement, outcome: Text) -> float | None:
    """The share of the requests to a version that it answered, as the proxies count; None if it got none."""
    if judgement.claim.expectation.aspect is Aspect.WHOLE:
        success = step.proxy_counts.success(outcome) if isinstance(outcome, str) else None
        return None if success is None else cut(success)
    return ratio(judgement.tally.pages, judgement.tally.requests) if judgement.tally.outcomes.get(outcome) else None


def ratio(part: int, whole: int) -> float | None:
    """A share with five digits; None of nothing."""
    return cut(part / whole) if whole else None


def cut(share: float) -> float:
    """A share with five digits, none of them rounded up: one failure in a million is not success without one."""
    return int(share * 100_000 + 1e-9) / 100_000
