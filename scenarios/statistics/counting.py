"""A claim about what proxies count: that a share of the calls which a step's pages cause comes to an end of one kind.

No page shows it. That everything is right on all pages says nothing of how often a retry had to help, and a copy of a call has
nobody who would see its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from scenarios.statistics import binomial


class CallKind(Enum):
    """The calls of an app that are counted."""

    TIMED_OUT = "timed_out"
    """Those that the time-out of their route ended."""
    RESCUED = "rescued"
    """Those that failed, and got their answer by a retry."""
    MIRRORED = "mirrored"
    """Copies of the others, sent to a version of its own."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The claim that this share of a caller's calls of an app is of this kind."""

    kind: CallKind
    caller: str
    app: str
    version: str
    """The version that answers; of copies, the one that gets them."""
    share: Fraction
    margin: Fraction
    """The deviation of the share that must be caught."""

    @property
    def is_random(self) -> bool:
        """Return whether chance decides of each call."""
        return 0 < self.share < 1

    def calls_needed(self, alpha: float) -> int:
        """Return how many calls catch a deviation by the margin."""
        return binomial.requests_needed([self.share], margin=self.margin, alpha=alpha) if self.is_random else 1
