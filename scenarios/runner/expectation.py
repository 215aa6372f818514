"""The claim: for this end user, outcomes come in these shares; and what it takes to judge it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scenarios.runner import chance
from scenarios.runner.chance import Range
from scenarios.runner.observation import Looks


@dataclass(frozen=True, slots=True)
class Expectation:
    """For this end user, outcomes come in these shares."""

    end_user: str
    shares: Mapping[str, Fraction]
    """By outcome, in the order in which a report lists them; an outcome that is not named has none."""
    margin: Fraction
    """The deviation of a share that must be caught."""
    looks: Looks = Looks.REVIEWS
    leak: Fraction = Fraction(1, 100)
    """Of an outcome that must always, or never, come: the share of exceptions that must be caught."""
    within: float | None = None
    """The page's time budget in seconds: a later one has the outcome `too late`."""
    group: str = ""
    """What the end users of several expectations have in common, such as `others`, for a summary."""

    @property
    def split(self) -> list[Fraction]:
        """The shares that chance plays with."""
        return [share for share in self.shares.values() if 0 < share < 1]

    @property
    def sure(self) -> bool:
        """Whether some outcome must always or never come."""
        return len(self.split) < len(self.shares)


@dataclass(frozen=True, slots=True)
class Claim:
    """An expectation with the number of requests that judge it and the counts that it allows, before any traffic."""

    expectation: Expectation
    requests: int
    allowed: Mapping[str, Range]
    catches: Fraction | None
    """The smallest deviation of a split that is caught in 99 of 100 runs; None if there is no split or none is."""
    leak: Fraction | None
    """The smallest share of exceptions that is caught in 99 of 100 runs; None if exceptions are not excluded."""

    @property
    def tells(self) -> bool:
        """Whether so many requests can tell anything at all."""
        most = Fraction(chance.MOST_POINTS, 100)
        split = not self.expectation.split or self.catches is not None
        return split and (self.leak is None or self.leak <= most)

    @property
    def power(self) -> str:
        """What so many requests can and cannot tell apart, in words."""
        if not self.tells:
            return f"{self.requests} {'request is' if self.requests == 1 else 'requests are'} too few to tell"
        return power(self.catches, self.leak)


def plan(expectations: Sequence[Expectation], given: Sequence[int | None]) -> tuple[Claim, ...]:
    """Give every expectation its number of requests, the given one if there is one, and the counts that chance allows.

    The chance of a false alarm is shared by all figures of the run that chance plays with.
    """
    figures = sum(len(expectation.split) for expectation in expectations)
    false_alarm = chance.FALSE_ALARM / max(1, figures)
    return tuple(
        _claim(expectation, requests, false_alarm) for expectation, requests in zip(expectations, given, strict=True)
    )


def power(split: Fraction | None, leak: Fraction | None) -> str:
    """What would have been caught: a split off by so much, a leak of so much."""
    parts = [
        *([f"a split off by {points(split)}"] if split is not None else []),
        *([f"a leak of {per_hundred(leak)} in 100"] if leak is not None else []),
    ]
    return f"{' or '.join(parts)} would have been caught in 99 of 100 runs"


def points(margin: Fraction) -> str:
    """A difference of shares in words: `5 points`."""
    number = f"{float(margin * 100):.1f}".removesuffix(".0")
    return f"{number} point{'' if number == '1' else 's'}"


def percent(share: Fraction) -> str:
    """A share in words: `90 %`, `33.3 %`, `< 0.1 %`."""
    if 0 < share < Fraction(1, 1000):
        return "< 0.1 %"
    if Fraction(999, 1000) < share < 1:
        return "> 99.9 %"
    return f"{float(share * 100):.1f}".removesuffix(".0") + " %"


def per_hundred(leak: Fraction) -> str:
    """A small share as a number of 100, rounded up: what is promised must be kept."""
    tenths = math.ceil(leak * 1000)
    return f"{tenths / 10:.1f}".removesuffix(".0")


def _claim(expectation: Expectation, given: int | None, false_alarm: float) -> Claim:
    requests = _needed(expectation, false_alarm) if given is None else given
    split = expectation.split
    return Claim(
        expectation,
        requests,
        {outcome: chance.allowed(requests, share, false_alarm) for outcome, share in expectation.shares.items()},
        chance.smallest_deviation(requests, split, false_alarm) if split else None,
        _smallest_leak(requests) if expectation.sure else None,
    )


def _needed(expectation: Expectation, false_alarm: float) -> int:
    needed = 0
    if expectation.split:
        needed = chance.requests_needed(expectation.split, margin=expectation.margin, false_alarm=false_alarm)
    if expectation.sure:
        # A leak of this share escapes so many requests once in a hundred runs: 459 for 1 in 100.
        escape = math.log(1 - chance.POWER) / math.log1p(-float(expectation.leak))
        needed = max(needed, math.ceil(escape))
    return needed


def _smallest_leak(requests: int) -> Fraction:
    """Of 1 in 1,000: rounded down to where it was asked for, so that 459 requests say 1 in 100."""
    return Fraction(math.ceil(10_000 * (1 - (1 - chance.POWER) ** (1 / requests)) - 1e-9), 10_000)
