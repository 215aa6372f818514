"""A judgement: a claim, the counts that were observed, and the verdict on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scenarios.evidence.observation import Tally
from scenarios.evidence.proxy_counts import Surplus
from scenarios.messages.catalogue import english
from scenarios.messages.message import Text
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import Claim
from scenarios.statistics.sequential import Decision

NEVER = Range(0, 0)
"""The range of an outcome that must never come."""

_INTERVAL_ALPHA = 0.05  # of the printed intervals, half on either side


class Verdict(Enum):
    """The verdict on a claim, and on a run."""

    HOLDS = 0
    FAILS = 1
    INCONCLUSIVE = 4

    @property
    def exit_code(self) -> int:
        return self.value


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim, its counts and the verdict."""

    claim: Claim
    tally: Tally
    verdict: Verdict
    reason: Text = ""
    """The reason why it does not hold; empty if it does."""
    early: Decision | None = None
    """The decision of the sequential test, if it stopped early."""
    surplus: Surplus | None = None
    """The proxies' counts beyond what clients saw; None if proxies cannot see these outcomes."""

    @property
    def end_user(self) -> str:
        return self.claim.expectation.end_user

    @property
    def outcomes(self) -> tuple[Text, ...]:
        """The expected outcomes, in their order, and then the unexpected ones."""
        asked = tuple(self.claim.expectation.shares)
        return (*asked, *sorted(self.tally.outcomes.keys() - set(asked), key=english))

    @property
    def answers(self) -> int:
        """The number of answers that the verdict rests on; those under way at an early decision can only refute it."""
        return self.early.answers if self.early else self.claim.requests

    def count(self, outcome: Text) -> int:
        """The count of an outcome among these; one that must never come counts whenever it came."""
        if self.early and self.claim.expectation.shares.get(outcome):
            return self.early.counts.get(outcome, 0)
        return self.tally.outcomes.get(outcome, 0)

    def seen(self, outcome: Text) -> tuple[float, float, float] | None:
        """The share of an outcome among the answers with a known one, with its 95 % interval; None without any."""
        judged = self.early and self.claim.expectation.shares.get(outcome)
        known = sum((self.early.counts if self.early and judged else self.tally.outcomes).values())
        count = self.count(outcome)
        return (count / known, *binomial.confidence_interval(count, known, _INTERVAL_ALPHA)) if known else None

    @property
    def unknown(self) -> int:
        """The number of requests with an unknown outcome, including those that were never sent."""
        return max(self.tally.unknown, self.claim.requests - sum(self.tally.outcomes.values()))

    def allowed(self, outcome: Text) -> Range:
        """The counts of an outcome among these answers that do not contradict the claim."""
        unnamed = (
            Range(0, max(self.claim.requests, self.tally.requests)) if self.claim.expectation.others_may_come else NEVER
        )
        return (self.early or self.claim).allowed.get(outcome, unnamed)

    def fits(self, outcome: Text) -> bool:
        """Return whether the count of this outcome is allowed."""
        return self.count(outcome) in self.allowed(outcome)
