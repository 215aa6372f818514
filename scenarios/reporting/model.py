"""What became of a run, as a value: its events, judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from platforms.errors import UsageError
from scenarios.events.event import (
    Accepted,
    Answered,
    Compared,
    Counted,
    Decided,
    Ejected,
    Ended,
    Event,
    Failed,
    Found,
    InForce,
    Judged,
    Kept,
    NotRestored,
    Opened,
    Over,
    Restored,
    RolledBack,
    Scaled,
    Sent,
)
from scenarios.evidence.counted import named
from scenarios.evidence.health import health_reasons
from scenarios.evidence.judge import overall, reasons
from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.observation import WEARS, is_of_stars
from scenarios.evidence.recovery import Recovery
from scenarios.evidence.step import StepRecord, StepReport, judge_step
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message, Text
from scenarios.scenario import Scenario
from scenarios.statistics.claim import PUNCTUAL, Aspect, power


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a run."""

    opened: Opened
    found: Message
    """What was in force before."""
    total_seconds: float
    steps: tuple[StepReport, ...]
    restored: Restored | None
    """None if the baseline is not in force again."""
    kept: bool
    error: NotRestored | None
    """Why the baseline is not back although it should be."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> Report:
        """The report of the run that had these events; raises UsageError if it came to no verdict."""
        past = Past(events)
        over, found = past.over()
        (opened,) = past.every(Opened)
        return cls(
            opened=opened,
            found=found.state,
            total_seconds=over.seconds,
            steps=_judge([past.record(opened, number) for number in past.taken()]),
            restored=next(iter(past.every(Restored)), None),
            kept=bool(past.every(Kept)),
            error=next(iter(past.every(NotRestored)), None),
        )

    @staticmethod
    def of_step(events: Iterable[Event], number: int) -> StepReport:
        """The report of a step that is over, while its run goes on."""
        past = Past(events)
        (opened,) = past.every(Opened)
        return judge_step(past.record(opened, number), usual_ms=None)

    def verdicts(self) -> Iterator[Event]:
        """Tell the verdict on each claim, and then on the run, as events."""
        for number, step in enumerate(self.steps):
            for place, judgement in enumerate(step.judgements):
                yield Judged(
                    number,
                    place,
                    judgement.verdict,
                    judgement.reason,
                    judgement.answers,
                    {outcome: judgement.count(outcome) for outcome in judgement.outcomes},
                    {outcome: judgement.allowed(outcome) for outcome in judgement.outcomes},
                )
        yield Ended(self.verdict, tuple(self.reasons), self.exit_code)

    @property
    def scenario(self) -> Scenario:
        return self.opened.scenario

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        return tuple(judgement for step in self.steps for judgement in step.judgements)

    @property
    def verdict(self) -> Verdict:
        return overall(step.verdict for step in self.steps)

    @property
    def reasons(self) -> list[Text]:
        """The reasons why it does not hold; what FAILS in a rollout's step explains why the rest of that step was not found out."""
        cut = [step for step in self.steps if step.health and step.verdict is Verdict.FAILS]
        open_ = [one for step in cut for one in step.judgements if one.verdict is Verdict.INCONCLUSIVE]
        compared = [(step.title, step.health) for step in self.steps if step.health]
        found = [one for one in compared if one[1].verdict is Verdict.FAILS] if cut else compared
        return [
            *(reason for title, health in found for reason in health_reasons(title, health)),
            *(step.ejection.reason for step in self.steps if step.ejection and step.ejection.reason),
            *(reason for step in self.steps if step.scaled for reason in step.scaled.reasons),
            *self._of_pages_and_counts([one for one in self.judgements if one not in open_]),
        ]

    def _of_pages_and_counts(self, judgements: Sequence[Judgement]) -> list[Text]:
        counted = [step.counted.reason for step in self.steps if step.counted and step.counted.reason]
        return list(dict.fromkeys([*reasons(judgements), *counted]))

    @property
    def point(self) -> StepReport:
        """The step that the episode is about, or the last one that a rollout took."""
        return self.steps[self.point_index]

    @property
    def point_index(self) -> int:
        return min(self.scenario.point, len(self.steps) - 1)

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
        return self._compared or power(
            [(step.title, [judgement.claim for judgement in step.judgements]) for step in self.steps],
            [
                Message("caught.count", what=named(step.counted.counting), by=step.counted.catches)
                for step in self.steps
                if step.counted and step.counted.catches is not None
            ]
            + [Message("caught.not_quicker", part=step.scaled.wanted.quicker) for step in self.steps if step.scaled],
        )

    @property
    def _compared(self) -> Message | None:
        """The same of a rollout."""
        health = next((step.health.health for step in self.steps if step.health), None)
        return Message("power.rollout", worse=health.worse, slower=health.slower_ms) if health else None

    @property
    def ending(self) -> Message:
        """The state in which the platform was left."""
        if self.error:
            return Message("ending.not_restored")
        return Message("ending.kept" if self.kept else "ending.restored")


def proxy_count(step: StepReport, judgement: Judgement, outcome: Text) -> int | None:
    """The count of the proxies for an outcome, over all end users of the step; None if they cannot see it."""
    if judgement.claim.expectation.aspect.tells_version:
        return step.proxy_counts.answered.get(outcome, 0) if isinstance(outcome, str) and outcome in WEARS else None
    return step.proxy_counts.ratings if is_of_stars(outcome) else None


def success_of(step: StepReport, judgement: Judgement, outcome: Text) -> float | None:
    """The share of the requests to a version that it answered, as the proxies count; None if it got none, or for a status."""
    if judgement.claim.expectation.aspect is Aspect.STATUS:
        return None
    if judgement.claim.expectation.aspect.tells_version:
        success = step.proxy_counts.success(outcome) if isinstance(outcome, str) else None
        return None if success is None else cut(success)
    return ratio(judgement.tally.pages, judgement.tally.requests) if judgement.tally.outcomes.get(outcome) else None


def ratio(part: int, whole: int) -> float | None:
    """A share with five digits; None of nothing."""
    return cut(part / whole) if whole else None


def cut(share: float) -> float:
    """A share with five digits, none of them rounded up: one failure in a million is not success without one."""
    return int(share * 100_000 + 1e-9) / 100_000


E = TypeVar("E", bound=Event)
S = TypeVar("S", Accepted, InForce, Ejected, Scaled, Answered, Decided, Compared, RolledBack, Sent, Counted)


class Past:
    """The events of a run, by kind."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_kind: dict[type[Event], list[Any]] = defaultdict(list)
        for event in events:
            self._by_kind[type(event)].append(event)

    def every(self, kind: type[E]) -> list[E]:
        return self._by_kind[kind]

    def over(self) -> tuple[Over, Found]:
        """Return how the run ended and what it found; raises UsageError if it came to no verdict."""
        for failed in self.every(Failed):
            raise UsageError(f"this run came to no verdict: {english(failed.why)}")
        if not self.every(Over):
            raise UsageError("this run was cut off before it came to its verdict")
        (over,), (found,) = self.every(Over), self.every(Found)
        return over, found

    def of_step(self, number: int, kind: type[S]) -> list[S]:
        return [event for event in self.every(kind) if event.step == number]

    def taken(self) -> list[int]:
        """The steps that were taken, by index: a rollout takes none after one that does not hold."""
        return [counted.step for counted in self.every(Counted)]

    def record(self, opened: Opened, number: int) -> StepRecord:
        """Everything that was observed during a step."""
        (accepted,), (in_force,) = self.of_step(number, Accepted), self.of_step(number, InForce)
        (sent,), (counted,) = self.of_step(number, Sent), self.of_step(number, Counted)
        claims, back = opened.claims[number], self.of_step(number, RolledBack)
        decisions = {decided.claim: decided.decision for decided in self.of_step(number, Decided)}
        return StepRecord(
            opened.scenario.steps[number],
            claims,
            tuple(decisions.get(place) for place in range(len(claims))),
            accepted.at,
            in_force.convergence,
            tuple(seen for answered in self.of_step(number, Answered) for seen in answered.seen),
            sent.seconds,
            sent.logins,
            counters=counted.counters,
            pages_logged=counted.pages_logged,
            recovery=counted.recovery,
            contradiction=counted.contradiction,
            superseded=counted.superseded,
            instance_changes=counted.instance_changes,
            calls_under_way=counted.calls_under_way,
            compared=next((event.answers for event in self.of_step(number, Compared)), None),
            rolled_back=next((event.at for event in back), None),
            until=next((event.answers for event in back), None),
            rolled_back_ms=next((event.convergence.milliseconds for event in back), None),
            ejection=next((event.seen for event in self.of_step(number, Ejected)), None),
            growth=next((event.seen for event in self.of_step(number, Scaled)), None),
            sent=counted.sent,
            touched=counted.touched,
        )


def _judge(records: Sequence[StepRecord]) -> tuple[StepReport, ...]:
    """Judge every step; the time that a page takes is compared with the first step, in which there is no fault.

    A step under the same rules as the first has nothing to be compared with.
    """
    first = judge_step(records[0], usual_ms=None)
    usual_ms = first.by_version.percentile(PUNCTUAL)
    same = first.record.step.state
    return (
        first,
        *(
            judge_step(record, usual_ms=None if record.step.state == same else usual_ms, before=before)
            for before, record in pairwise(records)
        ),
    )
