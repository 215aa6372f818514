"""Wald's sequential test, which stops as soon as the answers suffice, and keeps the promised errors however often one looks.

After every answer, each share is compared with the same share off by the margin, up and down: how much likelier does the
one make the counts than the other? If the hypothesis is true that such a likelihood ratio speaks against, the ratio has a
mean of 1 at every look, and so it ever exceeds R with a probability of at most 1/R (Ville 1939). Hence a share that is
rejected at R to 1 was right at most once in R meshes, and one that is accepted at R to 1 against a deviation was off by it
at most once in R. A larger deviation is caught more surely still, since then the ratio for the claim falls on average. Of
two simple hypotheses, no test with the same errors needs fewer answers on average (Wald 1945; Wald and Wolfowitz 1948), and
its boundaries are straight lines over the number of answers.

The answers must be counted in the order in which their requests were begun. In the order of arrival, a slow version would
come late, and would be underrepresented whenever the test stops; the order of the requests does not depend on the version.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from scenarios.messages.message import Text
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import Claim, Expectation

_ALMOST_ZERO = Fraction(1, 10**9)
"""Replaces a share of 0, which has no logarithm, without any effect on the decisions."""


@dataclass(frozen=True, slots=True)
class SprtBoundary:
    """The two parallel lines of a test of a share against a greater one: few hits reject the greater one, many the share."""

    slope: float
    lower: float
    upper: float

    @classmethod
    def between(cls, share: Fraction, greater: Fraction, *, beta: float, alpha: float) -> Self:
        """`beta` is the probability of rejecting the greater share although it is true, `alpha` of rejecting the share."""
        greater = min(greater, 1 - _ALMOST_ZERO)
        hit, miss = math.log(greater / share), math.log((1 - greater) / (1 - share))
        return cls(-miss / (hit - miss), math.log(beta) / (hit - miss), -math.log(alpha) / (hit - miss))

    def rejects_greater(self, hits: int, answers: int) -> bool:
        """Return whether so few hits reject the greater share."""
        return hits <= self.slope * answers + self.lower

    def rejects_share(self, hits: int, answers: int) -> bool:
        """Return whether so many hits reject the share."""
        return hits >= self.slope * answers + self.upper


@dataclass(frozen=True, slots=True)
class TwoSidedSprt:
    """A test of a share against the same off by the margin, up and down; for `down`, hits are the other answers."""

    up: SprtBoundary | None
    down: SprtBoundary | None

    @classmethod
    def of(cls, share: Fraction, margin: Fraction, *, beta: float, alpha: float) -> Self:
        """Each side gets half of `alpha` and all of `beta`, since a deviation is on one side only."""
        up = down = None
        for wrong in binomial.alternatives(share, margin):
            if wrong > share:
                up = SprtBoundary.between(share, wrong, beta=beta, alpha=alpha / 2)
            else:
                down = SprtBoundary.between(1 - share, 1 - wrong, beta=beta, alpha=alpha / 2)
        return cls(up, down)

    def accepts(self, least: int, most: int, answers: int) -> bool:
        """Return whether every count from `least` to `most` rejects every deviation."""
        return not (self.up and not self.up.rejects_greater(most, answers)) and not (
            self.down and not self.down.rejects_greater(answers - least, answers)
        )

    def rejects(self, least: int, most: int, answers: int) -> bool:
        """Return whether every count from `least` to `most` rejects the share."""
        return bool(
            (self.up and self.up.rejects_share(least, answers))
            or (self.down and self.down.rejects_share(answers - most, answers))
        )

    def acceptance_region(self, answers: int) -> Range:
        """The counts of so many answers that reject every deviation; the high end is below the low one if there is none."""
        return Range(
            answers - math.floor(self.down.slope * answers + self.down.lower) if self.down else 0,
            math.floor(self.up.slope * answers + self.up.lower) if self.up else answers,
        )

    def non_rejection_region(self, answers: int) -> Range:
        """The counts of so many answers that do not reject the share."""
        return Range(
            max(0, answers - math.ceil(self.down.slope * answers + self.down.upper) + 1) if self.down else 0,
            min(answers, math.ceil(self.up.slope * answers + self.up.upper) - 1) if self.up else answers,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that was reached before all requests of a claim were sent."""

    holds: bool
    answers: int
    """The number of answers that it rests on: the first that were requested or, if one was an exception, all so far."""
    counts: Mapping[Text, int]
    """These answers, by outcome."""
    allowed: Mapping[Text, Range]
    """The counts of so many answers that do not contradict the claim; an acceptance needs a narrower range."""


class SequentialTest:
    """The sequential test of one claim: it observes the answers to a load, and decides as soon as they suffice."""

    def __init__(self, claim: Claim) -> None:
        self.decision: Decision | None = None
        self._claim = claim
        self._shares = claim.expectation.shares
        self._sprts = sprt_by_outcome(claim)
        self._minimum = _minimum_answers(claim.expectation)
        self._pending: dict[int, tuple[Text | None, bool]] = {}
        """Answers that arrived before an earlier request's, by number."""
        self._counts: Counter[Text] = Counter()
        self._answers = 0
        self._missing = 0
        self._ambiguous = 0

    def observe(self, number: int, outcome: Text | None, *, twice: bool = False) -> Decision | None:
        """Add the outcome, if known, of the request that was the n-th of its load to begin, from 0; return the decision.

        An answer that may have been drawn twice counts as no exception, but does not count for the shares.
        A decision is final. After the last request there is none: then the fixed ranges decide.
        """
        if self.decision or self._claim.sequential_alpha is None:
            return self.decision
        self._pending[number] = outcome, twice
        if outcome is not None and self._is_exception(outcome):
            self._reject_by_exception()
        while not self.decision and self._answers in self._pending:
            self._count(*self._pending.pop(self._answers))
            self._decide()
        return self.decision

    def _count(self, outcome: Text | None, twice: bool) -> None:  # noqa: FBT001  # as it was observed
        self._answers += 1
        if outcome is None:
            self._missing += 1
        elif twice and self._shares.get(outcome, 0) not in (0, 1):
            self._ambiguous += 1
        else:
            self._counts[outcome] += 1

    def _is_exception(self, outcome: Text) -> bool:
        """Return whether the outcome must never come."""
        return not self._shares.get(outcome, self._claim.expectation.others_may_come)

    def _reject_by_exception(self) -> None:
        """Reject the claim: an outcome that must never come is proof, whenever it was requested."""
        for outcome, twice in self._pending.values():
            self._count(outcome, twice)
        self._conclude(holds=False)

    def _decide(self) -> None:
        """Conclude if the answers suffice, whatever the missing and the ambiguous ones were."""
        answers, missing, open_ = self._answers, self._missing, self._missing + self._ambiguous
        if answers >= self._claim.requests:
            return
        accepted = answers - missing >= self._minimum and not (missing and self._claim.expectation.has_certain_outcome)
        for outcome, sprt in self._sprts.items():
            count = self._counts[outcome]
            if sprt.rejects(count, count + open_, answers):
                self._conclude(holds=False)
                return
            accepted = accepted and sprt.accepts(count, count + open_, answers)
        if accepted:
            self._conclude(holds=True)

    def _conclude(self, *, holds: bool) -> None:
        self.decision = Decision(holds, self._answers, dict(self._counts), self._allowed())

    def _allowed(self) -> dict[Text, Range]:
        answers = self._answers
        allowed = {
            outcome: binomial.allowed(answers, share, 0) for outcome, share in self._shares.items() if share in (0, 1)
        }
        for outcome, sprt in self._sprts.items():
            allowed[outcome] = sprt.non_rejection_region(answers)
        for outcome in self._shares.keys() - allowed.keys():  # the other one of a pair, whose count is the rest
            (one,) = self._sprts
            allowed[outcome] = Range(answers - allowed[one].high, answers - allowed[one].low)
        return allowed


def sprt_by_outcome(claim: Claim) -> dict[Text, TwoSidedSprt]:
    """Return the test of every random share; none if the claim sends all its requests."""
    if claim.sequential_alpha is None:
        return {}
    beta = (1 - binomial.POWER) * binomial.SEQUENTIAL_SHARE
    expectation = claim.expectation
    return {
        outcome: TwoSidedSprt.of(share, expectation.margin, beta=beta, alpha=claim.sequential_alpha)
        for outcome, share in expectation.random_shares.items()
    }


def _minimum_answers(expectation: Expectation) -> int:
    """The number of answers without an exception that an acceptance needs at least.

    Where no outcome is excluded by name, one that is not named must still not have a share as large as the margin.
    """
    if expectation.has_certain_outcome:
        return expectation.requests_to_exclude
    return binomial.requests_to_exclude(expectation.margin)
