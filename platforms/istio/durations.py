"""Durations as Istio's YAML writes them (`1.5s`, `1h`, `100ms`) and as Envoy's JSON does (`1.500s`)."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)")
_ANY_PART = re.compile(r"([0-9]*\.?[0-9]*)([^0-9.]*)")
_LONGEST = 2**63 - 1
"""What a Go duration holds: 292 years."""


@lru_cache
def nanoseconds(text: str) -> int | None:
    """The length of a duration in Go's notation, or None for a text that is none."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = 0, 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or part[1] in ("", "."):
            return None
        total += int(Fraction(part[1].removesuffix(".")) * _NANOSECONDS[part[2]])
        position = part.end()
    return sign * total if position and total <= _LONGEST else None


def complaint(text: str) -> str | None:
    """The complaint of Go's parser about a text that is no duration."""
    if nanoseconds(text) is not None:
        return None
    rest = text[1:] if text.startswith(("-", "+")) else text
    while (part := _ANY_PART.match(rest)) and part[1] not in ("", "."):
        if not part[2]:
            return f"time: missing unit in duration {_quoted(text)}"
        if part[2] not in _NANOSECONDS:
            return f"time: unknown unit {_quoted(part[2])} in duration {_quoted(text)}"
        rest = rest[part.end() :]
    return f"time: invalid duration {_quoted(text)}"


def _quoted(text: str) -> str:
    """The text as Go quotes it there: byte by byte where it is not plain ASCII."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if " " <= char < "\x80":
        return f"\\{char}" if char in '"\\' else char
    return "".join(f"\\x{byte:02x}" for byte in char.encode())


def envoy(text: str) -> str:
    """A duration in Go's notation as protobuf JSON, with no more decimals than it needs."""
    length = nanoseconds(text)
    if length is None:
        raise ValueError(f"{text}: not a duration")
    seconds, rest = divmod(length, 10**9)
    for decimals in (0, 3, 6, 9):
        unit = 10 ** (9 - decimals)
        if rest % unit == 0:
            return f"{seconds}.{rest // unit:0{decimals}d}s" if decimals else f"{seconds}s"
    raise AssertionError("nine decimals hold every nanosecond")


def seconds(text: str) -> int:
    """The whole seconds of a duration in Go's notation."""
    return (nanoseconds(text) or 0) // 10**9
