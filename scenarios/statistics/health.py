"""The health of a new version beside the old one: what is compared, by which line, and how sure that has to be."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from scenarios.statistics import binomial
from scenarios.statistics.comparison import Comparison


class Measure(Enum):
    """What makes an answer a bad one."""

    SUCCESS = "success"
    """The page is not whole, or does not wear the stars of its version."""
    P50 = "p50"
    P95 = "p95"
    P99_5 = "p99.5"
    """The answer took longer than this percentile of the old version's answers: the tail, which p95 does not see."""


QUANTILES: Mapping[Measure, float] = {Measure.P50: 0.5, Measure.P95: 0.95, Measure.P99_5: 0.995}
_MARGINS = {Measure.P50: Fraction(10, 100), Measure.P95: Fraction(5, 100), Measure.P99_5: Fraction(1, 100)}
"""The share of late answers, beyond the old version's, that must be caught."""


@dataclass(frozen=True, slots=True)
class Health:
    """The claim that a new version is as good as the old one while both are asked."""

    new: str
    old: str
    share: Fraction
    """The share of the step's answers that are to be the new version's."""
    worse: Fraction
    """The difference of the success rates that must be caught."""
    slower_ms: int
    """How much later than the old version's an answer of the new one may be."""
    steps: int
    """How many steps of the run compare versions: they share its false alarms."""

    @property
    def comparisons(self) -> dict[Measure, Comparison]:
        """The comparisons, by measure; all of it has to hold, so each may be missed as often as the run."""
        alpha = binomial.ALPHA / (self.steps * len(Measure))
        return {measure: Comparison(self.share, _MARGINS.get(measure, self.worse), alpha=alpha) for measure in Measure}

    @property
    def least_answers(self) -> int:
        """The number of answers that clear the new version if none is bad."""
        return max(comparison.least_answers for comparison in self.comparisons.values())

    @property
    def most_answers(self) -> int:
        """The number of answers, over all end users, after which nothing is waited for any longer."""
        return max(comparison.most_answers for comparison in self.comparisons.values())


@dataclass(slots=True)
class Lines:
    """Percentiles of the old version's answers so far: no line knows of the answer that is held against it."""

    _milliseconds: list[float] = field(default_factory=list)
    """In ascending order."""

    def add(self, milliseconds: float) -> None:
        insort(self._milliseconds, milliseconds)

    def at(self, measure: Measure) -> float | None:
        """The percentile; of few answers the slowest, and None before the first."""
        answers = len(self._milliseconds)
        if not answers:
            return None
        return self._milliseconds[min(answers, math.ceil(QUANTILES[measure] * (answers + 1))) - 1]
