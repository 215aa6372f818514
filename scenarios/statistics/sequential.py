"""Stop asking as soon as the answers are sure: Wald's sequential test, which keeps its promise at every look.

After every answer, each share is weighed against the same share off by the margin, up and down: how much likelier does
the one make the counts than the other? If what such a ratio speaks against is true, the ratio is a fair game: it starts
at 1, its mean stays 1, and so it ever exceeds R with a probability of at most 1/R, however often one looks (Ville 1939).
Hence a share that is given up at R to 1 was right at most once in R meshes, and one that holds at R to 1 against a
deviation was off by it at most once in R. One that is off by more is caught more surely still: then the ratio for the
claim falls on average. Of two simple claims, no test of the same errors tells with fewer answers on average (Wald 1945;
Wald and Wolfowitz 1948), and where it stops are straight lines over the number of answers.

The order of the answers must be the one in which the requests were begun. In the order of arrival, a slow version
would come late, and would be missing most whenever one stops; which request is the n-th to begin, no version decides.
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

_NEXT_TO_NOTHING = Fraction(1, 10**9)  # has a logarithm; what rules it out rules out nothing at all


@dataclass(frozen=True, slots=True)
class Lines:
    """A share against a greater one: hits below the lower line rule the greater one out, above the upper one the share."""

    slope: float
    lower: float
    upper: float

    @classmethod
    def between(cls, share: Fraction, greater: Fraction, *, missed: float, false_alarm: float) -> Self:
        """`missed` is how often the greater may be ruled out where it is true, `false_alarm` how often the share."""
        greater = min(greater, 1 - _NEXT_TO_NOTHING)
        hit, miss = math.log(greater / share), math.log((1 - greater) / (1 - share))
        return cls(-miss / (hit - miss), math.log(missed) / (hit - miss), -math.log(false_alarm) / (hit - miss))

    def rules_out(self, hits: int, answers: int) -> bool:
        """Whether so few hits rule the greater share out."""
        return hits <= self.slope * answers + self.lower

    def overtaken(self, hits: int, answers: int) -> bool:
        """Whether so many hits rule the share itself out."""
        return hits >= self.slope * answers + self.upper


@dataclass(frozen=True, slots=True)
class Corridor:
    """A share against the same off by the margin, up and down; for down, hits are the answers that are none."""

    up: Lines | None
    down: Lines | None

    @classmethod
    def of(cls, share: Fraction, margin: Fraction, *, missed: float, false_alarm: float) -> Self:
        """Either side has half of `false_alarm`; a deviation is on one side only, so either may miss as many."""
        up = down = None
        for wrong in binomial.deviations(share, margin):
            if wrong > share:
                up = Lines.between(share, wrong, missed=missed, false_alarm=false_alarm / 2)
            else:
                down = Lines.between(1 - share, 1 - wrong, missed=missed, false_alarm=false_alarm / 2)
        return cls(up, down)

    def holds(self, least: int, most: int, answers: int) -> bool:
        """Whether every deviation is ruled out, for any count from `least` to `most`."""
        return not (self.up and not self.up.rules_out(most, answers)) and not (
            self.down and not self.down.rules_out(answers - least, answers)
        )

    def fails(self, least: int, most: int, answers: int) -> bool:
        """Whether the share is ruled out, for every count from `least` to `most`."""
        return bool(
            (self.up and self.up.overtaken(least, answers))
            or (self.down and self.down.overtaken(answers - most, answers))
        )

    def holding(self, answers: int) -> Range:
        """The counts of so many answers that rule every deviation out; the high end is below the low one if none do."""
        return Range(
            answers - math.floor(self.down.slope * answers + self.down.lower) if self.down else 0,
            math.floor(self.up.slope * answers + self.up.lower) if self.up else answers,
        )

    def standing(self, answers: int) -> Range:
        """The counts of so many answers that do not rule the share out."""
        return Range(
            max(0, answers - math.ceil(self.down.slope * answers + self.down.upper) + 1) if self.down else 0,
            min(answers, math.ceil(self.up.slope * answers + self.up.upper) - 1) if self.up else answers,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What was sure before all requests of a claim were sent."""

    holds: bool
    answers: int
    """After how many: the first that were asked for, or, if one of them was an exception, those that had come."""
    counts: Mapping[Text, int]
    """Of these answers, by outcome."""
    allowed: Mapping[Text, Range]
    """The counts of so many answers that do not speak against the claim; fewer of them would have made it sure by then."""


class Watch:
    """Hears the answers to one load, and says when its claim is sure."""

    def __init__(self, claim: Claim) -> None:
        self.decision: Decision | None = None
        self._claim = claim
        self._shares = claim.expectation.shares
        self._corridors = corridors(claim)
        self._least = _least(claim.expectation)
        self._ahead: dict[int, tuple[Text | None, bool]] = {}
        self._counts: Counter[Text] = Counter()
        self._answers = 0
        self._missing = 0
        self._unsure = 0

    def heard(self, number: int, outcome: Text | None, *, twice: bool = False) -> Decision | None:
        """Take the outcome, if known, of the request that was the n-th of its load to begin, from 0; say what is sure.

        One that may have been drawn for twice says that it is no exception, but nothing about the shares.
        What is sure once stays so. Until the last request has been sent, that is: then the fixed ranges decide.
        """
        if self.decision or self._claim.early is None:
            return self.decision
        self._ahead[number] = outcome, twice
        if outcome is not None and not self._shares.get(outcome):
            self._exception()
        while not self.decision and self._answers in self._ahead:
            self._count(*self._ahead.pop(self._answers))
            self._decide()
        return self.decision

    def _count(self, outcome: Text | None, twice: bool) -> None:  # noqa: FBT001  # as it was heard
        self._answers += 1
        if outcome is None:
            self._missing += 1
        elif twice and self._shares.get(outcome, 0) not in (0, 1):
            self._unsure += 1
        else:
            self._counts[outcome] += 1

    def _exception(self) -> None:
        """One that must never come is proof, whenever it was asked for."""
        for outcome, twice in self._ahead.values():
            self._count(outcome, twice)
        self._conclude(holds=False)

    def _decide(self) -> None:
        """Conclude if it is sure, whatever the missing answers were, and the first draws of those that were asked for twice."""
        answers, missing, unsure = self._answers, self._missing, self._missing + self._unsure
        if answers >= self._claim.requests:
            return
        enough = answers - missing >= self._least and not (missing and self._claim.expectation.sure)
        for outcome, corridor in self._corridors.items():
            count = self._counts[outcome]
            if corridor.fails(count, count + unsure, answers):
                self._conclude(holds=False)
                return
            enough = enough and corridor.holds(count, count + unsure, answers)
        if enough:
            self._conclude(holds=True)

    def _conclude(self, *, holds: bool) -> None:
        self.decision = Decision(holds, self._answers, dict(self._counts), self._allowed())

    def _allowed(self) -> dict[Text, Range]:
        answers = self._answers
        allowed = {
            outcome: binomial.allowed(answers, share, 0) for outcome, share in self._shares.items() if share in (0, 1)
        }
        for outcome, corridor in self._corridors.items():
            allowed[outcome] = corridor.standing(answers)
        for outcome in self._shares.keys() - allowed.keys():  # the other of a pair: what one has, it has not
            (one,) = self._corridors
            allowed[outcome] = Range(answers - allowed[one].high, answers - allowed[one].low)
        return allowed


def corridors(claim: Claim) -> dict[Text, Corridor]:
    """The corridor of every figure that may stop the claim early."""
    if claim.early is None:
        return {}
    missed = (1 - binomial.POWER) * binomial.EARLY
    expectation = claim.expectation
    return {
        outcome: Corridor.of(share, expectation.margin, missed=missed, false_alarm=claim.early)
        for outcome, share in expectation.figures.items()
    }


def _least(expectation: Expectation) -> int:
    """How many answers without an exception it takes at least.

    Where no outcome is excluded by name, one that nobody asked for must still not take as much as the margin.
    """
    return expectation.unbroken if expectation.sure else binomial.unbroken(expectation.margin)
