"""Waiting for a fact with a deadline: what comes of a fact that does not come is for the caller to say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(fact: Callable[[], T], timeout: float, *, every: float = 0.1) -> T:
    """Ask until the answer is true or the time is over; returns the last answer."""
    deadline = time.monotonic() + timeout
    while not (answer := fact()) and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(every, left))
    return answer


def wait_while(problem: Callable[[], T], timeout: float, *, every: float = 0.1) -> T:
    """Ask until there is no problem any more or the time is over; returns the last answer, true for one that is left."""
    deadline = time.monotonic() + timeout
    while (answer := problem()) and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(every, left))
    return answer
