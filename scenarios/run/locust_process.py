"""The way to the visitors: lines of text, there and back."""

from __future__ import annotations

import contextlib
import os
import subprocess  # noqa: TID251  # this module owns Locust
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from platforms.demo.run_folder import open_text
from platforms.environment import ROOT


class Child:
    """The visitors as a process of this machine, with processes of its own for its workers."""

    gateway_url = None

    def __init__(self, log: Path, workers: int | None = None) -> None:
        self._log = log
        self._arguments = [] if workers is None else ["master", str(workers)]

    def __enter__(self) -> Self:
        with open_text(self._log, "w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "visitors", *self._arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT / "scenarios")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # a Ctrl-C in the terminal is for us to handle
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # the child is gone, and with it the other end
                _there(end).close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return str(self._log)

    def write(self, line: str) -> None:
        stdin = _there(self._process.stdin)
        stdin.write(f"{line}\n")
        stdin.flush()

    def lines(self) -> Iterator[str]:
        with contextlib.suppress(ValueError):  # closed under our hands: the block is over
            yield from _there(self._process.stdout)

    def last_words(self) -> str:
        self._process.wait()
        last = self._log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        return f"exit code {self._process.returncode}: {last or 'no message'}"


def _there(end: IO[str] | None) -> IO[str]:
    """An end of a pipe that was asked for."""
    if end is None:  # pragma: no cover
        raise OSError("no pipe")
    return end
