"""Errors for whoever has written a test: the line of the test, and what is wrong with it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from platforms.errors import DemoError

P = ParamSpec("P")
R = TypeVar("R")


def plainly(function: Callable[P, R]) -> Callable[P, R]:
    """Raise errors without the way that they took inside."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except DemoError as error:
            raise error.with_traceback(None) from None

    return call
