"""The verdict on an expectation, by the judge of all scenarios: what clients saw, beside what the proxies counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scenarios.evidence.judge import judge
from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.latency import judge_latency
from scenarios.evidence.observation import Observation, Tally
from scenarios.evidence.proxy_counts import Disagreement
from scenarios.messages import figures
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message, Text
from scenarios.plugin.asking import StubAnswer
from scenarios.plugin.expected import Expected
from scenarios.statistics.sequential import SequentialTest

Counts = Mapping[str, int]
"""Calls by workload, such as `orders-v2`."""

_QUOTED = 200


@dataclass(slots=True)
class Seen:
    """The answers as they come, and the test that says when they suffice."""

    expected: Expected
    outcomes: Counter[Text] = field(default_factory=Counter)
    workloads: Counter[str] = field(default_factory=Counter)
    samples: dict[Text, StubAnswer] = field(default_factory=dict)
    """The first answer of each outcome."""
    _observations: list[Observation] = field(default_factory=list)
    _test: SequentialTest = field(init=False)

    def __post_init__(self) -> None:
        self._test = SequentialTest(self.expected.claim)

    def observe(self, number: int, answer: StubAnswer) -> bool:
        """Count an answer; return whether no more are needed."""
        outcome = self.expected.outcome(answer)
        self.outcomes[outcome] += 1
        self.samples.setdefault(outcome, answer)
        if answer.told:
            self.workloads[f"{answer.service}-{answer.version}"] += 1
        self._observations.append(
            Observation("", answer.status or 0, answer.seconds * 1000, number=number, at=answer.at)
        )
        decision = self._test.observe(number, outcome)
        return decision is not None and (self.expected.claim.expectation.budget is None or not decision.holds)

    def judged(self, counted: Counts) -> Judgement:
        """The judgement on the claim, with the proxies' counts as its second witness."""
        times = tuple(sorted(one.milliseconds for one in self._observations))
        tally = Tally(dict(self.outcomes), {}, len(times), times)
        judgement = judge(self.expected.claim, tally, self._disagreement(counted), self._test.decision)
        return judge_latency(judgement, self._observations, None)

    def _disagreement(self, counted: Counts) -> Disagreement | None:
        """Answers that no proxy counted, so that they came from elsewhere."""
        for name, seen in sorted(self.workloads.items()):
            if (calls := counted.get(name, 0)) < seen:
                told = Message("doubt.uncounted", name=name, seen=seen, counted=calls)
                return Disagreement(told, contradicts=True)
        return None

    def unwanted(self, counted: Counts) -> Counts:
        """The calls of versions that must never come, by workload, whatever became of them."""
        never = self.expected.never
        return {name: n for name, n in counted.items() if n and never & {name, name.rpartition("-")[2]}}


def complaint(seen: Seen, counted: Counts) -> str | None:
    """Say in a line why an expectation does not hold, and below it what was counted; None if it holds."""
    judgement, unwanted = seen.judged(counted), seen.unwanted(counted)
    if judgement.verdict is not Verdict.HOLDS:
        first = f"{judgement.verdict.name}: {'; '.join(_misfits(judgement)) or english(judgement.reason)}"
    elif unwanted:
        first = f"FAILS: what must never come was called, though no client saw it answer: {_listed(unwanted)}"
    else:
        return None
    return "\n".join((first, *_details(judgement, seen, counted)))


def _misfits(judgement: Judgement) -> Iterator[str]:
    """Say of each outcome that came too often or too seldom how often it came, and how often it may."""
    if judgement.verdict is not Verdict.FAILS:
        return
    for outcome in judgement.outcomes:
        if judgement.fits(outcome):
            continue
        allowed, asked = judgement.allowed(outcome), judgement.claim.expectation.shares.get(outcome)
        of = judgement.answers if asked else judgement.tally.requests
        wanted = f"allowed {allowed} for {figures.percent(asked)}" if asked else "and must never come"
        yield f"{english(outcome)}: {judgement.count(outcome):,} of {of:,} answers, {wanted}"


def _details(judgement: Judgement, seen: Seen, counted: Counts) -> Iterator[str]:
    yield f"answers: {_listed({english(outcome): n for outcome, n in seen.outcomes.items()})}"
    yield f"calls by the proxies' count: {_listed(counted)}"
    for outcome, answer in seen.samples.items():
        if answer.error:
            yield f"{english(outcome)}: {answer.error}"
        if answer.status is not None and not answer.told and not judgement.fits(outcome):
            body = f": {answer.body[:_QUOTED]!a}" if answer.body else ", with nothing in it"
            yield f"{english(outcome)} was a proxy's own answer{body}"


def _listed(counts: Counts) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items())) or "none"
