"""What set-up says: a line for each step, with the seconds it took."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Failed(Exception):
    """Something cannot be had; the message says what to do."""


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


@contextlib.contextmanager
def step(text: str, seconds: Callable[[], float] | None = None) -> Iterator[None]:
    """Say what is being done and, once it is, on the same line, how long it took; `seconds` knows of what began before."""
    began = time.monotonic()
    print(f"setup: {text} ...", end=" ", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{seconds() if seconds else time.monotonic() - began:.1f} s", flush=True)
