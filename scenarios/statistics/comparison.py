"""A sequential test of a new version against the old one, in the same minutes and without any distribution.

Of every answer only one thing counts: was it bad, by some line? The proxies draw the version of each request, the new one
with the probability w. So the score of an answer, 1/w for a bad one of the new version, -1/(1-w) for a bad one of the old one
and 0 for all others, has as its mean the difference of the two shares of bad answers, whatever those shares are and however
they change in the course of time: both versions are always under the same sky.

A bet on a score whose mean is at most 0 gains nothing on average, so a capital of 1 ever exceeds R with a probability of at most
1/R, over all looks together (Ville 1939). One capital bets that the new version is worse, one that it is not worse by the
margin. Each is spread over several stakes, since nobody knows beforehand how large the difference is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from scenarios.statistics import binomial

_STAKES = ((0.97, 0.50), (0.70, 0.25), (0.35, 0.15), (0.12, 0.07), (0.04, 0.03))
"""Parts of the largest stake, and how much of the capital is bet with each; most of it suits a release without an error."""
_STRETCHES = 10
"""The capital that accuses is bet in so many parts, one after the other: a version that breaks late meets a fresh one."""
_PATIENCE = 4
"""How many times the answers of two versions without a bad one are asked for at most."""


class Standing(Enum):
    """How a new version stands beside the old one."""

    OPEN = "not known yet"
    AS_GOOD = "not worse by the margin"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: by which margin the new version must not be worse, and how sure that has to be."""

    share: Fraction
    """The share of the answers that are the new version's, strictly between 0 and 1."""
    margin: Fraction
    """The difference of the shares of bad answers that must be caught."""
    alpha: float
    """The probability that a version which is not worse is accused."""

    @property
    def least_answers(self) -> int:
        """The number of answers that clear the new version if none of either version is bad."""
        top, margin = _largest_clearing_stake(self), float(self.margin)
        answers, total = 0, 0.0
        while total < 1 / (1 - binomial.POWER):
            answers += 1
            total = math.fsum(part * (1 + stake * top * margin) ** answers for stake, part in _STAKES)
        return answers

    @property
    def most_answers(self) -> int:
        """The number of answers after which nothing is waited for any longer."""
        return _PATIENCE * self.least_answers


class ComparisonTest:
    """The test of one comparison: it hears the answers in the order in which their requests were begun."""

    def __init__(self, comparison: Comparison, answers: int) -> None:
        """`answers` is how many there are at most."""
        share, self._margin = float(comparison.share), float(comparison.margin)
        self._scores = {True: 1 / share, False: -1 / (1 - share)}
        self._clearing = [stake * _largest_clearing_stake(comparison) for stake, _ in _STAKES]
        self._accusing = [stake * (1 - share) for stake, _ in _STAKES]
        self._for = [part for _, part in _STAKES]
        self._against = [0.0 for _ in _STAKES]
        self._unused = _STRETCHES
        self._stretch = max(1, answers // _STRETCHES)
        self._answers = 0
        self._enough = 1 / (1 - binomial.POWER)
        self._proof = 1 / comparison.alpha

    def observe(self, *, new: bool, bad: bool, known: bool = True) -> None:
        """Add an answer; one of which nobody knows the version counts against the new one, and accuses it of nothing."""
        if self._unused and self._answers % self._stretch == 0:
            self._unused -= 1
            self._against = [sum_ + part / _STRETCHES for sum_, (_, part) in zip(self._against, _STAKES, strict=True)]
        self._answers += 1
        score = self._scores[new] if bad else 0.0
        against_margin = self._margin - score
        self._for = [
            capital * (1 + stake * against_margin) for capital, stake in zip(self._for, self._clearing, strict=True)
        ]
        if score and known:
            self._against = [
                capital * (1 + stake * score) for capital, stake in zip(self._against, self._accusing, strict=True)
            ]

    @property
    def standing(self) -> Standing:
        """The standing of the new version after these answers: a capital that is lost again clears no longer."""
        if math.fsum(self._against) + self._unused / _STRETCHES >= self._proof:
            return Standing.WORSE
        return Standing.AS_GOOD if math.fsum(self._for) >= self._enough else Standing.OPEN


def _largest_clearing_stake(comparison: Comparison) -> float:
    """The stake with which one bad answer of the new version would lose everything."""
    return 1 / float(1 / comparison.share - comparison.margin)
