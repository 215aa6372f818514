"""The load generator as a process of this machine."""

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


class LocustProcess:
    """A Locust process, with processes of its own for its workers, if any."""

    gateway_url = None

    def __init__(self, log: Path, workers: int | None = None) -> None:
        self._log = log
        self._arguments = [] if workers is None else ["master", str(workers)]

    def __enter__(self) -> Self:
        with open_text(self._log, "w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "loadgen", *self._arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT / "scenarios")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C in the terminal is handled here
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # the process is gone, and with it the other end of the pipe
                _opened(pipe).close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return str(self._log)

    def write(self, line: str) -> None:
        stdin = _opened(self._process.stdin)
        stdin.write(f"{line}\n")
        stdin.flush()

    def lines(self) -> Iterator[str]:
        with contextlib.suppress(ValueError):  # the block is over, and the pipe was closed
            yield from _opened(self._process.stdout)

    def exit_reason(self) -> str:
        self._process.wait()
        last = self._log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        return f"exit code {self._process.returncode}: {last or 'no message'}"


def _opened(pipe: IO[str] | None) -> IO[str]:
    """The pipe, which Popen has opened; the type allows None."""
    if pipe is None:  # pragma: no cover
        raise OSError("no pipe")
    return pipe
