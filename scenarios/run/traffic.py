"""Traffic: visitors who are told what to send, and say what came."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platforms.boundary import Pipe
from platforms.errors import TrafficError
from scenarios.evidence.observation import Observation, marks
from scenarios.run.locust_process import Child

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
    """Of every request that was begun, in the order in which they were over."""
    seconds: float
    logins: int


def _ignored(_: Observation) -> None:
    pass


def _never(_: Observation) -> bool:
    return False


class Traffic:
    """The visitors; as a context manager, they go with the block, and with us if we are killed."""

    def __init__(self, log: Path, *, workers: int | None = None, pipe: Pipe | None = None) -> None:
        """On this machine in one process, or in as many workers as are asked for; elsewhere, through `pipe`."""
        self._pipe = pipe or Child(log, workers)

    def __enter__(self) -> Self:
        self._pipe.__enter__()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self._pipe, self._lines), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.__exit__(kind, error, trace)

    @property
    def gateway_url(self) -> str | None:
        """The gateway as these visitors call it, if not by the URL of everybody else."""
        return self._pipe.gateway_url

    def send(
        self,
        url: str,
        loads: Sequence[Load],
        *,
        rate: float | None,
        mark: str = "",
        answered: Callable[[Observation], None] = _ignored,
        enough: Callable[[Observation], bool] = _never,
    ) -> Sent:
        """Send exactly these requests and return what came; `answered` hears of each answer at once.

        Each request carries the `mark`, if there is one, with its own number and its end user.
        Once `enough` says so of an answer, no more requests of its end user are begun; those under way still count.
        Raises TrafficError if not everything could be sent.
        """
        order = {
            "url": url,
            "rate": rate,
            "timeout": PAGE_SECONDS,
            "mark": mark,
            "loads": [asdict(load) for load in loads],
        }
        self._say(order)
        patience = _SILENCE + (1 / rate if rate else 0)
        observations: list[Observation] = []
        ended: set[str] = set()
        while True:
            line = self._next(patience)
            if "fatal" in line:
                raise TrafficError(f"no traffic: {line['fatal']}")
            if "ended" in line:
                return Sent(tuple(observations), line["seconds"], line["logins"])
            if "began" in line:
                continue
            seen = _observation(line)
            observations.append(seen)
            answered(seen)
            if seen.end_user not in ended and enough(seen):
                ended.add(seen.end_user)
                self._say({"enough": seen.end_user})

    def _say(self, message: Mapping[str, object]) -> None:
        try:
            self._pipe.write(json.dumps(message))
        except OSError as error:
            raise TrafficError(self._died()) from error

    def _next(self, patience: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=patience)
        except queue.Empty:
            raise TrafficError(f"Locust has said nothing for {patience:.0f} s; its log is {self._pipe.log}") from None
        if not line:
            raise TrafficError(self._died())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> str:
        return f"Locust ended in the middle ({self._pipe.last_words()})"


def _listen(pipe: Pipe, lines: queue.SimpleQueue[str]) -> None:
    for line in pipe.lines():
        lines.put(line)
    lines.put("")


def _observation(line: dict[str, Any]) -> Observation:
    return Observation(
        end_user=line["end_user"],
        number=line["number"],
        status=line["status"],
        milliseconds=line["ms"],
        marks=marks(line["page"]),
        error=line.get("error", ""),
        timed_out=line.get("timed_out", False),
        at=line["at"],
    )
