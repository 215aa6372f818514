"""The new version's answers beside the old one's: the test while they come, and what is reported of it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import WEARS, Observation, shown_in
from scenarios.messages.message import Message, Text
from scenarios.statistics.comparison import ComparisonTest, Standing
from scenarios.statistics.health import QUANTILES, Health, Lines, Measure

_VERDICTS = {Standing.AS_GOOD: Verdict.HOLDS, Standing.WORSE: Verdict.FAILS, Standing.OPEN: Verdict.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """What became of one measure."""

    measure: Measure
    standing: Standing
    new_bad: int
    new_answers: int
    old_bad: int
    old_answers: int
    line_ms: float | None
    """The old version's percentile in the end; None of the success rate."""

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self.standing]


@dataclass(frozen=True, slots=True)
class HealthReport:
    """How the new version stood beside the old one in one step."""

    health: Health
    answers: int
    """The number of answers that this rests on."""
    unplaced: int
    """Answers of which nobody knows the version: no page, or none that says who wrote the reviews."""
    measures: tuple[MeasureResult, ...]
    bad: tuple[float, ...]
    """The moments at which the new version's bad answers came, in order; until the old version was back, too."""

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[_overall(one.standing for one in self.measures)]


class HealthTest:
    """The comparisons of one step, which hear every answer in the order in which the requests were begun."""

    def __init__(self, health: Health, loads: Mapping[str, int]) -> None:
        """`loads` are the requests of each end user, of which the order of all is made: each takes turns as often as it has more."""
        answers = sum(loads.values())
        self.heard = 0
        """The number of answers in that order so far."""
        self.standing = Standing.OPEN
        self._health = health
        self._order = turns(loads)
        self._next = next(self._order, None)
        self._pending: dict[tuple[str, int], Observation] = {}
        self._lines = Lines()
        self._tests = {measure: ComparisonTest(one, answers) for measure, one in health.comparisons.items()}
        self._answers: Counter[str] = Counter()
        self._bad: Counter[tuple[Measure, str]] = Counter()
        self._unplaced = 0

    def observe(self, seen: Observation) -> Standing:
        """Add an answer, and return how the new version stands; that it is worse is final."""
        self._pending[seen.end_user, seen.number] = seen
        while self.standing is not Standing.WORSE and self._next in self._pending:
            self._hear(self._pending.pop(self._next))
            self._next = next(self._order, None)
        return self.standing

    def report(self, bad: Iterable[float]) -> HealthReport:
        """Report what was heard so far."""
        return HealthReport(
            self._health,
            self.heard,
            self._unplaced,
            tuple(self._compared(measure) for measure in Measure),
            tuple(sorted(bad)),
        )

    def is_bad(self, seen: Observation) -> bool:
        """Return whether this is an answer of the new version, and bad by what it is worse in, or else in its success."""
        if version_of(seen) != self._health.new:
            return False
        worse = [measure for measure, test in self._tests.items() if test.standing is Standing.WORSE]
        return any(self._is_bad(seen, measure) for measure in {*worse, Measure.SUCCESS})

    def _hear(self, seen: Observation) -> None:
        self.heard += 1
        version = version_of(seen)
        self._answers[version] += 1
        if not version:
            self._unplaced += 1
        for measure, test in self._tests.items():
            bad = not version or self._is_bad(seen, measure)
            self._bad[measure, version] += bad
            test.observe(new=version != self._health.old, bad=bad, known=bool(version))
        if version == self._health.old:
            self._lines.add(seen.milliseconds)
        self.standing = _overall(test.standing for test in self._tests.values())

    def _is_bad(self, seen: Observation, measure: Measure) -> bool:
        if measure is Measure.SUCCESS:
            return shown_in(seen.marks) != WEARS.get(version_of(seen))
        line, grace = self._lines.at(measure), self._health.slower_ms if version_of(seen) == self._health.new else 0
        return line is not None and seen.milliseconds > line + grace

    def _compared(self, measure: Measure) -> MeasureResult:
        new, old = self._health.new, self._health.old
        return MeasureResult(
            measure,
            self._tests[measure].standing,
            self._bad[measure, new],
            self._answers[new],
            self._bad[measure, old],
            self._answers[old],
            self._lines.at(measure) if measure in QUANTILES else None,
        )


def judge_health(
    health: Health, loads: Mapping[str, int], seen: Iterable[Observation], *, answers: int | None
) -> HealthReport:
    """Judge a step's answers, in the order in which they came; after `answers` of them the run had decided."""
    test, every = HealthTest(health, loads), tuple(seen)
    for one in every:
        if answers is not None and test.heard >= answers:
            break
        test.observe(one)
    return test.report(one.at for one in every if test.is_bad(one))


def version_of(seen: Observation) -> str:
    """The version of reviews that answered; empty if nobody can tell, as of a page for which it may have been drawn twice."""
    return seen.marks.get("reviews-version", "") if seen.is_page and not seen.asked_twice else ""


def _overall(standings: Iterable[Standing]) -> Standing:
    found = set(standings)
    return next((one for one in (Standing.WORSE, Standing.OPEN) if one in found), Standing.AS_GOOD)


def turns(loads: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the requests of all end users in the order in which they take turns."""

    def of(user: str, requests: int) -> Iterator[tuple[float, str, int]]:
        return (((number + 0.5) / requests, user, number) for number in range(requests))

    for _, user, number in heapq.merge(*(of(user, requests) for user, requests in loads.items())):
        yield user, number


def health_reasons(step: Text, report: HealthReport) -> list[Message]:
    """List why the new version is not promoted: what it is worse in, or else what the answers do not show."""
    names: dict[str, Text] = {"step": step, "new": report.health.new, "old": report.health.old}
    worse = [one for one in report.measures if one.standing is Standing.WORSE]
    if worse:
        return [_worse(one, report, names) for one in worse]
    unclear = [_name(one.measure) for one in report.measures if one.verdict is not Verdict.HOLDS]
    if not unclear:
        return []
    return [Message("reason.not_as_good", answers=report.answers, unplaced=report.unplaced, measures=unclear, **names)]


def _worse(one: MeasureResult, report: HealthReport, names: Mapping[str, Text]) -> Message:
    counts = {"bad": one.new_bad, "of": one.new_answers, "old_bad": one.old_bad, "old_of": one.old_answers}
    if one.line_ms is None:
        return Message("reason.fails_more", **counts, **names)
    what = _name(one.measure)
    return Message("reason.later", what=what, line=one.line_ms, slower=report.health.slower_ms, **counts, **names)


def _name(measure: Measure) -> Text:
    return Message("measure.success") if measure is Measure.SUCCESS else measure.value
