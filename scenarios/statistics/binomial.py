"""Exact binomial tests: acceptance ranges, their power, and the sample sizes that they need.

A right mesh fails less than once in 4,000 runs, whatever the number of shares that are compared; a wrong one is caught
in 99 runs of 100 once it deviates by the margin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from scenarios.messages.figures import span

ALPHA = 1 / 4000
"""The probability that a run on a right mesh fails."""
POWER = 0.99
"""The probability that a wrong mesh is caught."""
SEQUENTIAL_SHARE = 0.5
"""The part of either error that the sequential test may use; the rest is left for the test of the whole sample."""
SMALLEST_SHARE = Fraction(1, 100)
"""A smaller share is not distinguished from 0 unless the margin demands it, which would take too many requests."""
MOST_POINTS = 50
"""A sample that catches no deviation of so many points is too small for any verdict."""

_RESOLUTION = 1e-6  # of a share; no printed number has as many digits
_CUT_OFF = 12  # standard deviations; the probability beyond is below 1e-30


@dataclass(frozen=True, slots=True)
class Range:
    """A range of counts, both ends included."""

    low: int
    high: int

    def __contains__(self, count: int) -> bool:
        return self.low <= count <= self.high

    def __str__(self) -> str:
        return span(self.low, self.high)


def probability_below(count: int, *, requests: int, share: Fraction) -> float:
    """The probability that fewer than `count` of the requests have an outcome with this share."""
    if count <= 0:
        return 0.0
    if count > requests:
        return 1.0
    if share in (0, 1):
        return 1.0 if share == 0 else 0.0
    return min(1.0, math.fsum(mass for _, mass in _masses(requests, share, until=count)))


def allowed(requests: int, share: Fraction, alpha: float) -> Range:
    """The narrowest range with at most half of `alpha` on either side; a share of 0 or 1 allows no exception."""
    if share in (0, 1):
        return Range(int(requests * share), int(requests * share))
    return Range(
        _lowest(requests, share, alpha / 2),
        requests - _lowest(requests, 1 - share, alpha / 2),
    )


def confidence_interval(count: int, answers: int, doubt: float) -> tuple[float, float]:
    """The confidence interval of a share, with half of `doubt` on either side (Clopper and Pearson 1934)."""
    return 1 - upper_bound(answers - count, answers, doubt / 2), upper_bound(count, answers, doubt / 2)


def quick_interval(count: int, answers: int, doubt: float) -> tuple[float, float]:
    """The approximate confidence interval of a share, several times a second at no cost (Wilson 1927)."""
    z = NormalDist().inv_cdf(1 - doubt / 2)
    share, weight = count / answers, z * z / answers
    middle = share + weight / 2
    reach = z * math.sqrt(share * (1 - share) / answers + weight / (4 * answers))
    return max(0.0, (middle - reach) / (1 + weight)), min(1.0, (middle + reach) / (1 + weight))


def upper_bound(count: int, answers: int, doubt: float) -> float:
    """The upper confidence bound of a share, at the confidence 1 - `doubt`."""
    low, high = count / answers if answers else 0.0, 1.0
    while high - low > _RESOLUTION:
        middle = (low + high) / 2
        if probability_below(count + 1, requests=answers, share=Fraction(middle)) > doubt:
            low = middle
        else:
            high = middle
    return high


def most_late(pages: int, late: Fraction, alpha: float) -> int:
    """The most late pages that are compatible with this share of late pages."""
    return pages - _lowest(pages, 1 - late, alpha)


def minimum_detectable_late_share(pages: int, most: int) -> Fraction | None:
    """The smallest share of late pages, in thousandths, that is caught by more than `most` late pages; None if none is."""
    thousandths = _first(
        lambda n: probability_below(most + 1, requests=pages, share=Fraction(n, 1000)) <= 1 - POWER, 1, 1000
    )
    return None if thousandths is None else Fraction(thousandths, 1000)


def power(requests: int, share: Fraction, true_share: Fraction, alpha: float) -> float:
    """The probability that a mesh is caught that should give `share`, but gives `true_share`."""
    if requests == 0:
        return 0.0
    fits = allowed(requests, share, alpha)
    too_few = probability_below(fits.low, requests=requests, share=true_share)
    return too_few + probability_below(requests - fits.high, requests=requests, share=1 - true_share)


def minimum_detectable_effect(requests: int, shares: Sequence[Fraction], alpha: float) -> Fraction | None:
    """The smallest deviation, in tenths of a point, that these requests catch; None if none up to 50 points is."""
    tenths = _first(lambda n: suffices(requests, shares, margin=Fraction(n, 1000), alpha=alpha), 1, 10 * MOST_POINTS)
    return None if tenths is None else Fraction(tenths, 1000)


def requests_needed(shares: Sequence[Fraction], *, margin: Fraction, alpha: float, beta: float = 1 - POWER) -> int:
    """The number of requests that catch any deviation of `margin`, but for a probability of `beta`."""

    def suffice(requests: int) -> bool:
        return suffices(requests, shares, margin=margin, alpha=alpha, beta=beta)

    most = 8
    while not suffice(most):
        most *= 2
    return _first(suffice, 1, most) or most


def requests_to_exclude(leak: Fraction) -> int:
    """The number of requests without an exception that excludes such a leak: 459 for 1 in 100."""
    return math.ceil(math.log(1 - POWER) / math.log1p(-float(leak)))


def suffices(
    requests: int, shares: Sequence[Fraction], *, margin: Fraction, alpha: float, beta: float = 1 - POWER
) -> bool:
    """Return whether these requests catch a deviation of `margin`, up or down, in every one of the shares."""
    return all(
        power(requests, share, wrong, alpha) >= 1 - beta for share in shares for wrong in alternatives(share, margin)
    )


def alternatives(share: Fraction, margin: Fraction) -> list[Fraction]:
    """The alternative hypotheses: the share off by the margin, where a downward deviation is cut off at 0."""
    down = share - margin
    if down < 0 and share >= SMALLEST_SHARE:
        down = Fraction(0)
    return [wrong for wrong in (down, share + margin) if 0 <= wrong <= 1 and wrong != share]


def _lowest(requests: int, share: Fraction, tail: float) -> int:
    """The smallest count such that fewer have a probability of at most `tail`."""
    total = 0.0
    count = 0
    for count, mass in _masses(requests, share, until=requests + 1):  # noqa: B007  # the count where it stopped is the answer
        total += mass
        if total > tail:
            break
    return count


def _masses(requests: int, share: Fraction, *, until: int) -> list[tuple[int, float]]:
    """Counts below `until` with their probabilities, from where those begin to matter."""
    p = float(share)
    mean = requests * p
    reach = _CUT_OFF * math.sqrt(mean * (1 - p)) + _CUT_OFF
    first, last = max(0, math.floor(mean - reach)), min(until, requests + 1, math.ceil(mean + reach) + 1)
    odds = p / (1 - p)
    mass = math.exp(_log_choose(requests, first) + first * math.log(p) + (requests - first) * math.log1p(-p))
    masses = []
    for count in range(first, last):
        masses.append((count, mass))
        mass *= (requests - count) / (count + 1) * odds
    return masses


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _first(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Find the number from `low` to `high` from which on `holds` is true, by bisection; None if it is not true of `high`."""
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
