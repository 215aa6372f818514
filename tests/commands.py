"""Commands as a presenter types them: what they say, how they end, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251  # commands are run as a presenter runs them
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import psutil

from platforms.environment import ROOT
from platforms.wait import wait_until

PYTHON = (sys.executable, "-m")
MARK = "BOOKINFO_TRIED_AS"
"""The variable by which every process of a command is known, whoever its parent is by then."""
_POLL_SECONDS = 0.02
_PATIENCE = 300.0


def run(
    *words: str, environment: Mapping[str, str] | None = None, stdin: str = "", seconds: float = _PATIENCE
) -> subprocess.CompletedProcess[str]:
    """What follows `python -m`, to its end."""
    return subprocess.run(
        [*PYTHON, *words],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def start(*words: str, environment: Mapping[str, str] | None = None, alone: bool = False) -> subprocess.Popen[str]:
    """The same while the test does something else; `alone` is in a process group of its own, as in a terminal."""
    return subprocess.Popen(
        [*PYTHON, *words],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=alone,
    )


def output(*command: str | Path, stdin: str | None = None, seconds: float = _PATIENCE) -> str:
    """The output of a program of somebody else's; raises AssertionError with its words if it fails."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=seconds)
    if done.returncode:
        raise AssertionError(f"`{' '.join(map(str, command))}` failed: {done.stdout}{done.stderr}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that is over."""

    typed: str
    code: int
    out: tuple[str, ...]
    err: tuple[str, ...]
    seconds: float

    @property
    def said(self) -> str:
        """Everything that it said, in one line."""
        return " / ".join(line.strip() for line in (*self.out, *self.err) if line.strip())


class Typed:
    """A command under way, in a process group of its own as in a terminal."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.typed = " ".join(("python -m", module, *arguments))
        self.mark = uuid.uuid4().hex
        self.began = time.monotonic()
        self._process = start(module, *arguments, environment={**(environment or {}), MARK: self.mark}, alone=True)
        self._said: list[tuple[float, bool, str]] = []
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, errors), daemon=True)
            for pipe, errors in ((self._process.stdout, False), (self._process.stderr, True))
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """End it, whatever it was about to do."""
        self.send(signal.SIGKILL)
        self._process.wait()

    def wait_for(self, words: str, *, seconds: float = _PATIENCE) -> float:
        """The moment at which it said the words; raises AssertionError if it never does."""
        deadline = time.monotonic() + seconds
        while True:
            over = not any(reader.is_alive() for reader in self._readers)
            for at, _, line in tuple(self._said):
                if words in line:
                    return at
            if over or time.monotonic() > deadline:
                said = " / ".join(line for _, _, line in self._said[-5:])
                raise AssertionError(f"`{self.typed}` did not say {words!r}; its last words: {said}")
            time.sleep(_POLL_SECONDS)

    def wait_for_line(self, number: int, *, seconds: float = _PATIENCE) -> None:
        """Return when it has said so many lines, or is over."""
        wait_until(lambda: len(self._said) >= number or self._process.poll() is not None, seconds, every=_POLL_SECONDS)

    def send(self, number: signal.Signals, *, group: bool = False) -> bool:
        """Send it a signal, or the whole group as a terminal does; whether it was still there."""
        if self._process.poll() is not None:
            return False
        (os.killpg if group else os.kill)(self._process.pid, number)
        return True

    def end(self, *, seconds: float = _PATIENCE) -> Ended:
        """Wait for its end; raises AssertionError if that does not come, with what it said so far."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            said = " / ".join(line for _, _, line in self._said[-5:])
            raise AssertionError(f"`{self.typed}` hung for {seconds:g} s; its last words: {said}") from error
        took = time.monotonic() - self.began
        for reader in self._readers:
            reader.join(seconds)
        out, err = ([line for _, other, line in self._said if other is errors] for errors in (False, True))
        return Ended(self.typed, code, tuple(out), tuple(err), took)

    def leftovers(self) -> list[int]:
        """The other processes that it started and that are there."""
        return [pid for pid in marked(self.mark) if pid != self._process.pid]

    def _read(self, pipe: IO[str] | None, errors: bool) -> None:  # noqa: FBT001  # which of the two pipes
        if pipe is not None:
            with pipe:
                for line in pipe:
                    self._said.append((time.monotonic(), errors, line.rstrip("\n")))


def marked(mark: str) -> list[int]:
    """The living processes that carry the mark."""
    # The environment of a process that is gone, or not ours to look into, is None.
    return [one.pid for one in psutil.process_iter(["environ"]) if (one.info["environ"] or {}).get(MARK) == mark]
