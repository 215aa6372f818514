"""Claims and tallies in few words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scenarios.evidence.observation import Tally
from scenarios.messages.message import Text
from scenarios.statistics.claim import Aspect, Claim, Expectation, plan_claims

MARGIN = Fraction(5, 100)


def expectation(
    *,
    end_user: str = "",
    group: Text = "",
    aspect: Aspect = Aspect.WHOLE,
    margin: Fraction = MARGIN,
    **shares: Fraction | int,
) -> Expectation:
    return Expectation(
        end_user, {name: Fraction(share) for name, share in shares.items()}, margin=margin, aspect=aspect, group=group
    )


def claim(
    requests: int | None = None,
    *,
    end_user: str = "",
    group: Text = "",
    margin: Fraction = MARGIN,
    **shares: Fraction | int,
) -> Claim:
    return plan_claims([expectation(end_user=end_user, group=group, margin=margin, **shares)], [requests])[0]


def tallied(missing: Mapping[str, int] | None = None, **outcomes: int) -> Tally:
    return Tally(outcomes, missing or {}, pages=sum(outcomes.values()))
