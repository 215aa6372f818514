"""The claim that outcomes come in certain shares for an end user, and the sample size and ranges to judge it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction

from platforms.bookinfo import PATH
from scenarios.messages.message import Message, Text
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range
from scenarios.statistics.counting import Counting

PUNCTUAL = 95
"""The percentage of pages that must come within the time budget: a machine that pauses now and then is no broken mesh."""

_TOLERATED = Fraction(1, 100)
_FRACTION_OF_MARGIN = 5  # so 1 in 100 for the usual margin of 5 points


class Aspect(Enum):
    """The aspect of an answer that a claim is about."""

    REVIEWS = "the version of reviews that answered"
    WHOLE = "the version of reviews that answered, and whether the page is whole and wears its stars"
    PAGE = "what the page shows"
    ANSWERED = "the version of reviews that answered, if any did"
    STATUS = "the HTTP status of the answer"

    @property
    def tells_version(self) -> bool:
        """Return whether an outcome is a version, so that the proxies count it too."""
        return self in (Aspect.REVIEWS, Aspect.WHOLE, Aspect.ANSWERED)


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expectation that outcomes come in these shares for this end user."""

    end_user: str
    shares: Mapping[Text, Fraction]
    """By outcome, in the order of the report; an outcome that is not named must never come."""
    margin: Fraction
    """The deviation of a share that must be caught."""
    aspect: Aspect = Aspect.WHOLE
    leak: Fraction = Fraction(1, 100)
    """The share of exceptions that must be caught, for an outcome that must always or never come."""
    within: float | None = None
    """The seconds after which a page counts as the outcome `too late`."""
    budget: float | None = None
    """The seconds within which 95 of 100 pages are to come."""
    group: Text = ""
    """The name of a group of end users that a summary counts together, such as `others`."""
    part: int = 1
    """Where versions are compared: how many requests come as this end user, in proportion to the others' of the step."""
    leak_shared_by: int = 1
    """The number of loads in which a leak is looked for in common, assuming that it is as large in each on average."""
    others_may_come: bool = False
    """An outcome that is not named may come as often as it likes."""
    path: str = PATH
    """The path that is asked for."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What its requests carry besides."""
    requests: int | None = None
    """The number of requests that was asked for; None for as many as the margin and the leak need."""

    @property
    def requests_to_exclude(self) -> int:
        """The number of answers without an exception that this load contributes to excluding the leak.

        Loads of equal size exclude any leaks with that average: where these differ, one of them is met sooner.
        """
        return math.ceil(binomial.requests_to_exclude(self.leak) / self.leak_shared_by)

    @property
    def random_shares(self) -> dict[Text, Fraction]:
        """The shares strictly between 0 and 1, by outcome.

        Two that add up to 1 count once, since each count implies the other: the smaller, whose deviations tell more.
        """
        split = {outcome: share for outcome, share in self.shares.items() if 0 < share < 1}
        if len(split) == 2 and sum(split.values()) == 1:  # noqa: PLR2004  # a pair
            smaller = min(split, key=lambda outcome: split[outcome])
            return {smaller: split[smaller]}
        return split

    @property
    def tolerated_strangers(self) -> Fraction:
        """The share of other users' requests behind which no deviation that must be caught can hide."""
        return min(self.leak, _TOLERATED) if self.has_certain_outcome else self.margin / _FRACTION_OF_MARGIN

    @property
    def has_certain_outcome(self) -> bool:
        """Return whether some outcome must always or never come."""
        return any(share in (0, 1) for share in self.shares.values())


@dataclass(frozen=True, slots=True)
class Claim:
    """An expectation with the number of requests that judge it and the counts that it allows, fixed before any traffic."""

    expectation: Expectation
    requests: int
    allowed: Mapping[Text, Range]
    detectable_deviation: Fraction | None
    """The deviation of a split that is caught in 99 of 100 runs; None if there is no split or none is."""
    detectable_leak: Fraction | None
    """The share of exceptions that is caught in 99 of 100 runs; None if exceptions are not excluded."""
    sequential_alpha: float | None
    """The probability of a false alarm by stopping early, per random share; None where all requests are sent."""
    alpha: float = binomial.ALPHA
    """The probability of a false alarm per random share in all."""

    @property
    def is_conclusive(self) -> bool:
        """Return whether so many requests can catch any deviation at all."""
        most = Fraction(binomial.MOST_POINTS, 100)
        split = not self.expectation.random_shares or self.detectable_deviation is not None
        timed = self.expectation.budget is None or self.detectable_late_share is not None
        return split and timed and (self.detectable_leak is None or self.detectable_leak <= most)

    @property
    def power(self) -> Message:
        """The deviations that so many requests catch."""
        return power([("", [self])]) if self.is_conclusive else Message("power.too_few", n=self.requests)

    @property
    def detectable_late_share(self) -> Fraction | None:
        """The share of pages over the time budget that is caught in 99 of 100 runs; None without a time budget."""
        if self.expectation.budget is None:
            return None
        return binomial.minimum_detectable_late_share(self.requests, most_late(self, self.requests))


def lengthened(claim: Claim, requests: int) -> Claim:
    """Return the claim with at least so many requests, which something else takes: the sequential test only goes on longer."""
    if requests <= claim.requests or claim.sequential_alpha is None:
        return claim
    last_alpha = claim.alpha * (1 - binomial.SEQUENTIAL_SHARE)
    return replace(claim, requests=requests, allowed=_allowed(claim.expectation, requests, last_alpha))


def alpha_of_each(expectations: Sequence[Expectation], countings: Sequence[Counting] = ()) -> float:
    """The probability of a false alarm of each random share, time budget and random count, which share that of the run."""
    tests = sum(len(one.random_shares) + (one.budget is not None) for one in expectations)
    return binomial.ALPHA / max(1, tests + sum(one.is_random for one in countings))


def plan_claims(
    expectations: Sequence[Expectation], given: Sequence[int | None], *, alpha: float | None = None
) -> tuple[Claim, ...]:
    """Return a claim per expectation, with its number of requests, the given one if there is one, and allowed counts.

    `alpha` is that of each test, if not these expectations alone share the probability of a false alarm. A given number of requests is
    sent to the last one, and catches what so many can; otherwise the margin and the leak are caught, and the claim may be
    decided earlier.
    """
    alpha = alpha_of_each(expectations) if alpha is None else alpha
    return tuple(
        _claim_for_margin(expectation, alpha) if requests is None else _claim_for_requests(expectation, requests, alpha)
        for expectation, requests in zip(expectations, given, strict=True)
    )


def power(steps: Sequence[tuple[Text, Sequence[Claim]]], also: Sequence[Message] = ()) -> Message:
    """Describe what would have been caught, and `also` what by others; where steps differ, which of them catches what."""
    claims = [claim for _, of_step in steps for claim in of_step]
    if too_few := next((claim.power for claim in claims if not claim.is_conclusive), None):
        return too_few
    return Message("power.caught", what=[*caught(steps), *also])


def caught(steps: Sequence[tuple[Text, Sequence[Claim]]]) -> list[Message]:
    """List the deviations that every claim of a step catches: of a split, a leak, the share of late pages."""
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
    """The number of late pages that a time budget allows."""
    return binomial.most_late(pages, Fraction(100 - PUNCTUAL, 100), claim.alpha)


def _claim_for_margin(expectation: Expectation, alpha: float) -> Claim:
    """Plan the requests that the margin and the leak take at most, with the errors that stopping early leaves."""
    shares, last_alpha = list(expectation.random_shares.values()), alpha * (1 - binomial.SEQUENTIAL_SHARE)
    requests = 0
    if shares:
        beta = (1 - binomial.POWER) * (1 - binomial.SEQUENTIAL_SHARE)
        requests = binomial.requests_needed(shares, margin=expectation.margin, alpha=last_alpha, beta=beta)
    if expectation.has_certain_outcome:
        requests = max(requests, expectation.requests_to_exclude)
    return Claim(
        expectation,
        requests,
        _allowed(expectation, requests, last_alpha),
        detectable_deviation=expectation.margin if shares else None,
        detectable_leak=expectation.leak if expectation.has_certain_outcome else None,
        sequential_alpha=alpha * binomial.SEQUENTIAL_SHARE,
        alpha=alpha,
    )


def _claim_for_requests(expectation: Expectation, requests: int, alpha: float) -> Claim:
    shares = list(expectation.random_shares.values())
    return Claim(
        expectation,
        requests,
        _allowed(expectation, requests, alpha),
        detectable_deviation=binomial.minimum_detectable_effect(requests, shares, alpha) if shares else None,
        detectable_leak=_minimum_detectable_leak(requests * expectation.leak_shared_by)
        if expectation.has_certain_outcome
        else None,
        sequential_alpha=None,
        alpha=alpha,
    )


def _allowed(expectation: Expectation, requests: int, alpha: float) -> dict[Text, Range]:
    return {outcome: binomial.allowed(requests, share, alpha) for outcome, share in expectation.shares.items()}


def _minimum_detectable_leak(requests: int) -> Fraction:
    """The leak in 1/10,000, rounded such that the requests planned for 1 in 100, 459, give 1 in 100."""
    return Fraction(math.ceil(10_000 * (1 - (1 - binomial.POWER) ** (1 / requests)) - 1e-9), 10_000)


_CAUGHT: Mapping[str, Callable[[Fraction], Message]] = {
    "detectable_deviation": lambda split: Message("caught.split", by=split),
    "detectable_leak": lambda leak: Message("caught.leak", leak=leak),
    "detectable_late_share": lambda late: Message("caught.late", late=late),
}
