"""Figures as they are written: each kind in one way, in a sentence, in a table and on a page."""

from __future__ import annotations

import math
import re
from fractions import Fraction

_SHARE = re.compile(r"[0-9]{1,15}(/[1-9][0-9]{0,14})?")
_NONE = "N/A"


def count(number: int) -> str:
    """A number of things: `1,985`."""
    return f"{number:,}"


def span(low: int, high: int) -> str:
    """The counts from one to the other: `80–97`; one count alone is itself."""  # noqa: RUF002  # a range takes an en dash
    return count(low) if low == high else f"{low:,}–{high:,}"  # noqa: RUF001  # the same


def percent(share: Fraction | str) -> str:
    """A share: `90 %`, `33.3 %`, `< 0.1 %`."""
    exactly = _fraction(share)
    if 0 < exactly < Fraction(1, 1000):
        return "< 0.1 %"
    if Fraction(999, 1000) < exactly < 1:
        return "> 99.9 %"
    return f"{_tenth(float(exactly * 100))} %"


def points(difference: Fraction | str) -> str:
    """A difference of shares, in points."""
    return _tenth(float(_fraction(difference) * 100))


def per_hundred(leak: Fraction | str) -> str:
    """A small share as a number of 100, rounded up: what is promised must be kept."""
    return _tenth(math.ceil(_fraction(leak) * 1000) / 10)


def success(share: float | None) -> str:
    """The share that succeeded, cut off and never rounded up: one failure in a million is not 100.0 %."""
    return _NONE if share is None else f"{int(share * 1000 + 1e-9) / 10:.1f} %"


def seen(share: float) -> str:
    """A share that was seen: `91.8 %`."""
    return f"{100 * share:.1f} %"


def interval(low: float, high: float) -> str:
    """The interval of a share that was seen: `89.6–93.7`."""  # noqa: RUF002  # as above
    return f"{100 * low:.1f}–{100 * high:.1f}"  # noqa: RUF001  # as above


def rate(per_second: float) -> str:
    """Pages per second: `14.93`."""
    return f"{per_second:,.2f}"


def whole(number: float) -> str:
    """A number without its fraction, such as of milliseconds: `1,234`."""
    return f"{number:,.0f}"


def seconds(time: float) -> str:
    """A time that was given: `8`, `3.5`."""
    return f"{time:g}"


def tenths(time: float) -> str:
    """A time that was measured, in seconds: `3.0`."""
    return f"{time:,.1f}"


def hundredths(time: float) -> str:
    """A moment of a run, in seconds since its start: `3.04`."""
    return f"{time:,.2f}"


def _fraction(share: Fraction | str) -> Fraction:
    if isinstance(share, str) and not _SHARE.fullmatch(share):
        raise ValueError(f"no share: {share!a}")
    return Fraction(share)


def _tenth(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
