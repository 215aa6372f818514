"""Numbers from the command line: plain digits, nothing that Python would also take for one."""

from __future__ import annotations

import re
from fractions import Fraction

from platforms.errors import UsageError

_WHOLE = re.compile(r"[0-9]{1,12}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)


def whole(text: str, *, option: str, least: int, most: int, example: str) -> int:
    """A whole number within the limits; raises UsageError otherwise."""
    if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise UsageError(f"{option} {text!a}: give a whole number from {least:,} to {most:,}, as in {option} {example}")
    return int(text)


def decimal(text: str, *, option: str, least: Fraction, most: Fraction, example: str) -> Fraction:
    """A number within the limits; raises UsageError otherwise."""
    if not _DECIMAL.fullmatch(text) or not least <= Fraction(text) <= most:
        raise UsageError(
            f"{option} {text!a}: give a number from {float(least):g} to {float(most):,.0f}, as in {option} {example}"
        )
    return Fraction(text)
