"""The claim: for this end user, outcomes come in these shares; and what it takes to judge it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from scenarios.messages.message import Message, Text
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range

PUNCTUAL = 95
"""So many of 100 pages are to come within the time budget: a machine that stops to think now and then is no broken mesh."""


_TOLERATED = Fraction(1, 100)
_FRACTION_OF_MARGIN = 5  # and so 1 in 100 for the usual margin of 5 points


class Looks(Enum):
    """What is looked at in an answer."""

    REVIEWS = "the version of reviews that answered"
    WHOLE = "the version of reviews that answered, and whether the page is whole and wears its stars"
    PAGE = "what the page shows"


@dataclass(frozen=True, slots=True)
class Expectation:
    """For this end user, outcomes come in these shares."""

    end_user: str
    shares: Mapping[Text, Fraction]
    """By outcome, in the order in which a report lists them; an outcome that is not named has none."""
    margin: Fraction
    """The deviation of a share that must be caught."""
    looks: Looks = Looks.WHOLE
    leak: Fraction = Fraction(1, 100)
    """Of an outcome that must always, or never, come: the share of exceptions that must be caught."""
    within: float | None = None
    """The seconds after which a page is no answer any more: a later one has the outcome `too late`."""
    budget: float | None = None
    """The seconds within which 95 of 100 pages are to come."""
    group: str = ""
    """What the end users of several expectations have in common, such as `others`, for a summary."""

    together: int = 1
    """How many loads, this one among them, a leak is looked for in together: on average it is as large in each of them."""

    @property
    def unbroken(self) -> int:
        """How many answers without an exception are this load's part in ruling the leak out.

        Loads of equal size rule out any leaks of that average: where they differ, one is the sooner met.
        """
        return math.ceil(binomial.unbroken(self.leak) / self.together)

    @property
    def figures(self) -> dict[Text, Fraction]:
        """The shares that chance plays with, by outcome.

        Two that make up the whole are one figure, since each count says the other: the smaller, whose deviations say more.
        """
        split = {outcome: share for outcome, share in self.shares.items() if 0 < share < 1}
        if len(split) == 2 and sum(split.values()) == 1:  # noqa: PLR2004  # a pair
            smaller = min(split, key=lambda outcome: split[outcome])
            return {smaller: split[smaller]}
        return split

    @property
    def tolerated(self) -> Fraction:
        """The share of strangers beside our requests behind whom nothing that is to be caught can hide."""
        return min(self.leak, _TOLERATED) if self.sure else self.margin / _FRACTION_OF_MARGIN

    @property
    def sure(self) -> bool:
        """Whether some outcome must always or never come."""
        return any(share in (0, 1) for share in self.shares.values())


@dataclass(frozen=True, slots=True)
class Claim:
    """An expectation with the number of requests that judge it and the counts that it allows, before any traffic."""

    expectation: Expectation
    requests: int
    allowed: Mapping[Text, Range]
    catches: Fraction | None
    """The deviation of a split that is caught in 99 of 100 runs; None if there is no split or none is."""
    leak: Fraction | None
    """The share of exceptions that is caught in 99 of 100 runs; None if exceptions are not excluded."""
    early: float | None
    """How often stopping early may be a false alarm, per figure; None where all requests are to be sent."""
    false_alarm: float = binomial.FALSE_ALARM
    """How often each of its figures may be one."""

    @property
    def tells(self) -> bool:
        """Whether so many requests can tell anything at all."""
        most = Fraction(binomial.MOST_POINTS, 100)
        split = not self.expectation.figures or self.catches is not None
        timed = self.expectation.budget is None or self.late is not None
        return split and timed and (self.leak is None or self.leak <= most)

    @property
    def power(self) -> Message:
        """What so many requests can and cannot tell apart."""
        return power([("", [self])]) if self.tells else Message("power.too_few", n=self.requests)

    @property
    def late(self) -> Fraction | None:
        """The share of pages over the time budget that is caught in 99 of 100 runs; None if that is no claim."""
        if self.expectation.budget is None:
            return None
        return binomial.smallest_late(self.requests, most_late(self, self.requests))


def plan(expectations: Sequence[Expectation], given: Sequence[int | None]) -> tuple[Claim, ...]:
    """Give every expectation its number of requests, the given one if there is one, and the counts that chance allows.

    The chance of a false alarm is shared by all figures of the run. A given number of requests is sent to the last one,
    and promises what so many can tell; otherwise the margin and the leak are promised, and the claim may be sure earlier.
    """
    figures = sum(len(one.figures) + (one.budget is not None) for one in expectations)
    false_alarm = binomial.FALSE_ALARM / max(1, figures)
    return tuple(
        _planned(expectation, false_alarm) if requests is None else _given(expectation, requests, false_alarm)
        for expectation, requests in zip(expectations, given, strict=True)
    )


def power(steps: Sequence[tuple[Text, Sequence[Claim]]]) -> Message:
    """What would have been caught; where steps differ, which of them catches what."""
    claims = [claim for _, of_step in steps for claim in of_step]
    if too_few := next((claim.power for claim in claims if not claim.tells), None):
        return too_few
    return Message("power.caught", what=caught(steps))


def caught(steps: Sequence[tuple[Text, Sequence[Claim]]]) -> list[Message]:
    """A split off by so much, a leak of so much, so many late pages: of a step, what all of its claims catch."""
    found = []
    for what, told in _CAUGHT.items():
        titles: dict[Fraction, list[Text]] = defaultdict(list)
        for title, claims in steps:
            if caught := [catch for claim in claims if (catch := getattr(claim, what)) is not None]:
                titles[max(caught)].append(title)
        for catch, of in titles.items():
            found.append(Message("caught.in_steps", what=told(catch), steps=of) if len(titles) > 1 else told(catch))
    return found


def most_late(claim: Claim, pages: int) -> int:
    """How many of so many pages may come after the time budget before that refutes it."""
    return binomial.most_late(pages, Fraction(100 - PUNCTUAL, 100), claim.false_alarm)


def _planned(expectation: Expectation, false_alarm: float) -> Claim:
    """As many requests as the margin and the leak take at most, with what stopping early leaves of either error."""
    figures, last = list(expectation.figures.values()), false_alarm * (1 - binomial.EARLY)
    requests = 0
    if figures:
        missed = (1 - binomial.POWER) * (1 - binomial.EARLY)
        requests = binomial.requests_needed(figures, margin=expectation.margin, false_alarm=last, missed=missed)
    if expectation.sure:
        requests = max(requests, expectation.unbroken)
    return Claim(
        expectation,
        requests,
        _allowed(expectation, requests, last),
        catches=expectation.margin if figures else None,
        leak=expectation.leak if expectation.sure else None,
        early=false_alarm * binomial.EARLY,
        false_alarm=false_alarm,
    )


def _given(expectation: Expectation, requests: int, false_alarm: float) -> Claim:
    figures = list(expectation.figures.values())
    return Claim(
        expectation,
        requests,
        _allowed(expectation, requests, false_alarm),
        catches=binomial.smallest_deviation(requests, figures, false_alarm) if figures else None,
        leak=_smallest_leak(requests * expectation.together) if expectation.sure else None,
        early=None,
        false_alarm=false_alarm,
    )


def _allowed(expectation: Expectation, requests: int, false_alarm: float) -> dict[Text, Range]:
    return {outcome: binomial.allowed(requests, share, false_alarm) for outcome, share in expectation.shares.items()}


def _smallest_leak(requests: int) -> Fraction:
    """Of 1 in 1,000: rounded down to where it was asked for, so that 459 requests say 1 in 100."""
    return Fraction(math.ceil(10_000 * (1 - (1 - binomial.POWER) ** (1 / requests)) - 1e-9), 10_000)


_CAUGHT: Mapping[str, Callable[[Fraction], Message]] = {
    "catches": lambda split: Message("caught.split", by=split),
    "leak": lambda leak: Message("caught.leak", leak=leak),
    "late": lambda late: Message("caught.late", late=late),
}
