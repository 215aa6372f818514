"""What set-up says: a line for each step, with the seconds it took."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class SetupFailed(Exception):
    """Something cannot be had; the message says what to do."""


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


@contextlib.contextmanager
def step(text: str, *, seconds: Callable[[], float] | None = None, itself_speaks: bool = False) -> Iterator[None]:
    """Say what is being done and, once it is, how long it took, on the same line unless the step itself speaks meanwhile.

    `seconds` knows how long it took where that began before.
    """
    began, line = time.monotonic(), f"setup: {text} ..."
    print(line, end="\n" if itself_speaks else " ", flush=True)
    try:
        yield
    except BaseException:
        if not itself_speaks:
            print(flush=True)
        raise
    took = seconds() if seconds else time.monotonic() - began
    print(f"{line} " if itself_speaks else "", f"{took:.1f} s", sep="", flush=True)
