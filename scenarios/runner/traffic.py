"""Traffic: a Locust child process that is told what to send, and says what came."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess  # noqa: TID251  # this module owns Locust
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from platforms.errors import TrafficError
from scenarios.runner.observation import Observation, marks

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PAGE_SECONDS = 10.0
"""The slowest page of the contract takes 6.1 s; one that takes longer than this is a time-out."""
_SILENCE = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """How many requests, as which end user, from how many visitors at the same time."""

    end_user: str
    requests: int
    users: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back of a step's requests."""

    observations: tuple[Observation, ...]
    seconds: float
    logins: int


class Traffic:
    """The child process; as a context manager, it ends with the block, and with us if we are killed."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", str(LOCUSTFILE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # a Ctrl-C in the terminal is for us to handle
            )
        threading.Thread(target=self._listen, args=(self._child.stdout,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                _close(pipe)

    @property
    def pid(self) -> int:
        return self._child.pid

    def send(
        self, url: str, loads: Sequence[Load], *, rate: float | None, answered: Callable[[Observation], None]
    ) -> Sent:
        """Send exactly these requests and return what came; `answered` hears of each answer at once.

        Raises TrafficError if they could not all be sent.
        """
        self._order(
            {
                "url": url,
                "rate": rate,
                "timeout": PAGE_SECONDS,
                "loads": [
                    {"end_user": load.end_user, "requests": load.requests, "users": load.users} for load in loads
                ],
            }
        )
        patience = _SILENCE + (1 / rate if rate else 0)
        observations: list[Observation] = []
        while True:
            line = self._next(patience)
            if "fatal" in line:
                raise TrafficError(f"no traffic: {line['fatal']}")
            if "ended" in line:
                return Sent(tuple(observations), line["seconds"], line["logins"])
            if "began" not in line:
                observations.append(_observation(line))
                answered(observations[-1])

    def _order(self, order: dict[str, object]) -> None:
        if self._child.stdin is None:  # pragma: no cover  # it is a pipe
            raise TrafficError("Locust has no stdin")
        try:
            self._child.stdin.write(json.dumps(order) + "\n")
            self._child.stdin.flush()
        except OSError as error:
            raise TrafficError(self._died()) from error

    def _next(self, patience: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=patience)
        except queue.Empty:
            raise TrafficError(f"Locust has said nothing for {patience:.0f} s; its log is {self._log}") from None
        if not line:
            raise TrafficError(self._died())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> str:
        self._child.wait()
        last = self._log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        return f"Locust ended in the middle (exit code {self._child.returncode}): {last or 'no message'}"

    def _listen(self, stdout: IO[str]) -> None:
        with contextlib.suppress(ValueError):  # closed under our hands: the block is over
            for line in stdout:
                self._lines.put(line)
        self._lines.put("")


def _observation(line: dict[str, Any]) -> Observation:
    return Observation(
        end_user=line["end_user"],
        status=line["status"],
        milliseconds=line["milliseconds"],
        marks=marks(line["page"]),
        error=line["error"],
        timed_out=line["timed_out"],
    )


def _close(pipe: IO[str]) -> None:
    with contextlib.suppress(OSError):  # the child is gone, and with it the other end
        pipe.close()
