"""Calls of a run, one by one, as the proxies of their callers logged them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from platforms.counters import Hop


@dataclass(frozen=True, slots=True)
class Call:
    """One call between services that carried a mark."""

    mark: str
    """The header `tracestate` of the call, which Bookinfo's services hand on."""
    hop: Hop
    status: int
    """The HTTP status; 0 if nobody answered."""
    attempts: int = 1
    """How often the caller's proxy tried; the hop is the last it tried."""


class RequestLog(Protocol):
    """A log that a platform may keep of marked calls."""

    def mark(self) -> str:
        """Return a new value of the header `tracestate` that will be logged, and that nobody outside can guess."""

    def clear(self) -> None:
        """Forget what has been logged so far."""

    def calls(self) -> Sequence[Call]:
        """Return every marked call that has ended since; one may be logged a moment after its answer."""
