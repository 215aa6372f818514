"""A percentile without a distribution: between which of the values it lies, by their order alone.

Of independent values, the number at or below the percentile is a binomial one, whatever they look like. So the k-th value in order
is above it no more often than that number is below k.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scenarios.statistics import binomial


def bounds(values: Sequence[float], share: Fraction, alpha: float) -> tuple[float | None, float | None]:
    """Return two of the values, with the percentile outside of them on either side at most with half of `alpha`.

    None takes the place of one that so few values do not have.
    """
    ordered = sorted(values)
    fits = binomial.allowed(len(ordered), share, alpha)
    low = ordered[fits.low - 1] if fits.low else None
    high = ordered[fits.high] if fits.high < len(ordered) else None
    return low, high


def is_at_most(
    values: Sequence[float], others: Sequence[float], part: Fraction, share: Fraction, alpha: float
) -> bool | None:
    """Return whether the percentile of the values is at most this part of that of the others; None if they do not tell.

    One that is at most this part is denied with a probability of `alpha`, one above it is affirmed once in 100 times.
    """
    denied_low, _ = bounds(values, share, alpha)
    _, denied_high = bounds(others, share, alpha)
    if denied_low is not None and denied_high is not None and denied_low > part * denied_high:
        return False
    _, affirmed_high = bounds(values, share, 1 - binomial.POWER)
    affirmed_low, _ = bounds(others, share, 1 - binomial.POWER)
    if affirmed_high is not None and affirmed_low is not None and affirmed_high <= part * affirmed_low:
        return True
    return None
