"""The verdict on an expectation: what clients saw, beside what the proxies counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios.messages.message import Text
from scenarios.plugin.asking import StubAnswer
from scenarios.plugin.expected import Expected
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import most_late
from scenarios.statistics.sequential import SequentialTest

Counts = Mapping[str, int]
"""Calls by workload, such as `orders-v2`."""


@dataclass(slots=True)
class Seen:
    """The answers as they come, and the test that says when they suffice."""

    expected: Expected
    outcomes: Counter[str] = field(default_factory=Counter)
    workloads: Counter[str] = field(default_factory=Counter)
    late: int = 0
    _test: SequentialTest = field(init=False)

    def __post_init__(self) -> None:
        self._test = SequentialTest(self.expected.claim)

    def observe(self, number: int, answer: StubAnswer) -> bool:
        """Count an answer; return whether no more are needed."""
        outcome = self.expected.outcome(answer)
        self.outcomes[outcome] += 1
        if answer.told:
            self.workloads[f"{answer.service}-{answer.version}"] += 1
        budget = self.expected.claim.expectation.budget
        self.late += budget is not None and answer.seconds > budget
        decision = self._test.observe(number, outcome)
        return decision is not None and (budget is None or not decision.holds)

    def complaints(self, counted: Counts) -> list[str]:
        """Say what of the claim does not hold, and where the proxies' counts contradict the clients."""
        found = [*self._wrong_counts(), *self._too_late()]
        hidden = sum(n for name, n in counted.items() if name.rpartition("-")[2] in self.expected.never)
        if hidden and not any(self.outcomes[name] for name in self.expected.never):
            found.append(
                f"{hidden} calls of what must never come were counted by the proxies, though no client saw them"
            )
        if not found:
            found = [
                f"INCONCLUSIVE: {seen} answers came from {name}, and the proxies counted {counted.get(name, 0)} calls of it"
                for name, seen in self.workloads.items()
                if counted.get(name, 0) < seen
            ]
        return found

    def _wrong_counts(self) -> list[str]:
        claim, total = self.expected.claim, sum(self.outcomes.values())
        decision = self._test.decision
        if decision and decision.holds:
            return []
        allowed: Mapping[Text, Range] = decision.allowed if decision else claim.allowed
        counts: Mapping[Text, int] = decision.counts if decision else dict[Text, int](self.outcomes.items())
        answers = decision.answers if decision else total
        wrong = [
            f"{name}: {counts.get(name, 0):,} of {answers:,} answers, allowed {fits} for {float(share) * 100:g} %"
            for name, share in claim.expectation.shares.items()
            for fits in [allowed[name]]
            if counts.get(name, 0) not in fits
        ]
        if not claim.expectation.others_may_come:
            wrong += [
                f"{name}: {n:,} of {answers:,} answers, and must never come"
                for name, n in counts.items()
                if name not in claim.expectation.shares
            ]
        return wrong

    def _too_late(self) -> list[str]:
        claim, total = self.expected.claim, sum(self.outcomes.values())
        budget = claim.expectation.budget
        if budget is None or self.late <= (most := most_late(claim, total)):
            return []
        return [f"{self.late:,} of {total:,} answers took longer than {budget * 1000:g} ms, allowed {most:,}"]
