"""What chance allows: exact binomial ranges, and what they are able to catch.

The right mesh is to fail less than once in 1,000 runs, whatever the number of figures that are compared; a wrong one
is to be caught in 99 runs of 100 once it is off by the margin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

FALSE_ALARM = 1 / 1000
"""How often a run on a right mesh may fail."""
POWER = 0.99
"""How often a wrong mesh must be caught."""
EARLY = 0.5
"""The part of either error that stopping early may make; the rest is left for those runs that do not stop early."""
NOTICED = Fraction(1, 100)
"""A smaller share is not told apart from none at all unless the margin asks for it: it would take too many requests."""
MOST_POINTS = 50
"""A sample that catches no deviation of this many points is too small to say anything."""

_FINE = 1e-6  # of a share: no figure has as many digits
_FAR = 12  # standard deviations: what lies beyond has a probability below 1e-30


@dataclass(frozen=True, slots=True)
class Range:
    """The counts that chance allows, both ends included."""

    low: int
    high: int

    def __contains__(self, count: int) -> bool:
        return self.low <= count <= self.high

    def __str__(self) -> str:
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"  # noqa: RUF001  # a range takes an en dash


def below(count: int, *, requests: int, share: Fraction) -> float:
    """The probability that fewer than `count` of the requests have an outcome of this share."""
    if count <= 0:
        return 0.0
    if count > requests:
        return 1.0
    if share in (0, 1):
        return 1.0 if share == 0 else 0.0
    return min(1.0, math.fsum(mass for _, mass in _masses(requests, share, until=count)))


def allowed(requests: int, share: Fraction, false_alarm: float) -> Range:
    """The narrowest range with at most half of `false_alarm` on either side; a share of 0 or 1 allows no exception."""
    if share in (0, 1):
        return Range(int(requests * share), int(requests * share))
    return Range(
        _lowest(requests, share, false_alarm / 2),
        requests - _lowest(requests, 1 - share, false_alarm / 2),
    )


def interval(count: int, answers: int, doubt: float) -> tuple[float, float]:
    """The shares that such a count does not rule out, at half of `doubt` on either side (Clopper and Pearson 1934)."""
    return 1 - highest_share(answers - count, answers, doubt / 2), highest_share(count, answers, doubt / 2)


def highest_share(count: int, answers: int, doubt: float) -> float:
    """The greatest share at which so few hits, or fewer, are not too unlikely."""
    low, high = count / answers if answers else 0.0, 1.0
    while high - low > _FINE:
        middle = (low + high) / 2
        if below(count + 1, requests=answers, share=Fraction(middle)) > doubt:
            low = middle
        else:
            high = middle
    return high


def most_late(pages: int, late: Fraction, false_alarm: float) -> int:
    """So many late pages do not yet speak against a share of late ones that may be as great as this."""
    return pages - _lowest(pages, 1 - late, false_alarm)


def smallest_late(pages: int, most: int) -> Fraction | None:
    """The smallest share of late pages, in thousandths, of which more than `most` are late; None if there is none."""
    thousandths = _first(lambda n: below(most + 1, requests=pages, share=Fraction(n, 1000)) <= 1 - POWER, 1, 1000)
    return None if thousandths is None else Fraction(thousandths, 1000)


def catches(requests: int, share: Fraction, true_share: Fraction, false_alarm: float) -> float:
    """The probability that a mesh which asks for `share`, but gives `true_share`, is caught."""
    if requests == 0:
        return 0.0
    fits = allowed(requests, share, false_alarm)
    too_few = below(fits.low, requests=requests, share=true_share)
    return too_few + below(requests - fits.high, requests=requests, share=1 - true_share)


def smallest_deviation(requests: int, shares: Sequence[Fraction], false_alarm: float) -> Fraction | None:
    """The smallest deviation, in tenths of a point, that these requests catch; None if none up to 50 points."""
    tenths = _first(
        lambda n: enough(requests, shares, margin=Fraction(n, 1000), false_alarm=false_alarm), 1, 10 * MOST_POINTS
    )
    return None if tenths is None else Fraction(tenths, 1000)


def requests_needed(
    shares: Sequence[Fraction], *, margin: Fraction, false_alarm: float, missed: float = 1 - POWER
) -> int:
    """How many requests catch every split that is off by `margin`, but for a probability of `missed`."""

    def suffice(requests: int) -> bool:
        return enough(requests, shares, margin=margin, false_alarm=false_alarm, missed=missed)

    most = 8
    while not suffice(most):
        most *= 2
    return _first(suffice, 1, most) or most


def unbroken(leak: Fraction) -> int:
    """How many requests without an exception rule such a leak out: 459 for 1 in 100."""
    return math.ceil(math.log(1 - POWER) / math.log1p(-float(leak)))


def enough(
    requests: int, shares: Sequence[Fraction], *, margin: Fraction, false_alarm: float, missed: float = 1 - POWER
) -> bool:
    """Whether these requests catch a deviation of `margin`, up or down, in every one of the shares."""
    return all(
        catches(requests, share, wrong, false_alarm) >= 1 - missed
        for share in shares
        for wrong in deviations(share, margin)
    )


def deviations(share: Fraction, margin: Fraction) -> list[Fraction]:
    """What the share may be instead; one cut off at none at all stays a deviation that must be noticed."""
    down = share - margin
    if down < 0 and share >= NOTICED:
        down = Fraction(0)
    return [wrong for wrong in (down, share + margin) if 0 <= wrong <= 1 and wrong != share]


def _lowest(requests: int, share: Fraction, tail: float) -> int:
    """The smallest count such that fewer come with a probability of at most `tail`."""
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
    reach = _FAR * math.sqrt(mean * (1 - p)) + _FAR
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
    """A number from `low` to `high` at which `holds` begins to hold, by bisection."""
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
