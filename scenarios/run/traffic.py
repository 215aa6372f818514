"""Sending a step's requests through a load generator, and receiving the answers."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

from platforms.bookinfo import PATH
from platforms.boundary import LoadGenerator
from platforms.errors import TrafficError
from scenarios.evidence.observation import Observation, marks
from scenarios.messages.errors import words
from scenarios.messages.message import Message

log = logging.getLogger(__name__)

PAGE_SECONDS = 10.0
"""The slowest page of the contract takes 6.1 s; one that takes longer than this is a time-out."""
_SILENCE_SECONDS = 30.0
"""How long the generator may write nothing before it counts as hung."""


@dataclass(frozen=True, slots=True)
class UserLoad:
    """The requests of one end user."""

    end_user: str
    requests: int
    users: int
    """How many of them may be under way at the same time."""
    path: str = PATH
    headers: Mapping[str, str] = field(default_factory=dict)
    """What each carries besides."""
    follow: bool = True
    """An answer that leads elsewhere is followed; else it is the answer."""


@dataclass(frozen=True, slots=True)
class TrafficResult:
    """The answers to a step's requests."""

    observations: tuple[Observation, ...]
    """One for every request that was begun, in the order in which they ended."""
    seconds: float
    logins: int


class AnswerStream:
    """The answers to an order, each once, as they arrive; the order is over with the last."""

    def __init__(self, traffic: Traffic, patience: float) -> None:
        """`patience` is how long nothing may come."""
        self.seconds = 0.0
        """How long it took, and `logins` how many users signed in; known once it is over."""
        self.logins = 0
        self._traffic = traffic
        self._patience = patience

    def __iter__(self) -> Iterator[Observation]:
        """Yield each answer; raises TrafficError if not everything could be sent."""
        while "ended" not in (line := self._traffic.next_line(self._patience)):
            if "fatal" in line:
                raise TrafficError(words(Message("error.no_traffic", why=line["fatal"])))
            if "began" not in line:
                yield _observation(line)
        self.seconds, self.logins = line["seconds"], line["logins"]

    def stop(self, end_user: str) -> None:
        """Begin no more requests of this end user; those under way are still answered.

        Several workers can be told only once an answer has come.
        """
        self._traffic.write({"enough": end_user})


def _ignored(_: Observation) -> None:
    pass


def _never(_: Observation) -> bool:
    return False


class Traffic:
    """A running load generator; it ends with the block, or with this process if that is killed."""

    def __init__(self, generator: LoadGenerator) -> None:
        self._generator = generator

    def __enter__(self) -> Self:
        self._generator.__enter__()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_read_lines, args=(self._generator, self._lines), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._generator.__exit__(kind, error, trace)

    @property
    def gateway_url(self) -> str | None:
        """The gateway's URL as the generator reaches it; None where the platform's own URL works."""
        return self._generator.gateway_url

    def begin(
        self, url: str, loads: Sequence[UserLoad], *, rate: float | None, mark: str = "", steady: bool = False
    ) -> AnswerStream:
        """Begin exactly these requests; one order at a time, and the next once its answers are at their end.

        Each request carries the `mark`, if there is one, with its own number and its end user. If it is to be `steady`, end
        users take turns, and what a busy page has made late is not made up for: the rate is kept, and fewer are sent.
        """
        order = {
            "url": url,
            "rate": rate,
            "timeout": PAGE_SECONDS,
            "mark": mark,
            "steady": steady,
            "loads": [asdict(load) for load in loads],
        }
        log.info(
            "Locust: %s to %s, %s", _summary(loads), url, f"{rate:g} a second" if rate else "as fast as it answers"
        )
        self.write(order)
        return AnswerStream(self, _SILENCE_SECONDS + (1 / rate if rate else 0))

    def send(
        self,
        url: str,
        loads: Sequence[UserLoad],
        *,
        rate: float | None,
        mark: str = "",
        on_answer: Callable[[Observation], None] = _ignored,
        stop_when: Callable[[Observation], bool] = _never,
    ) -> TrafficResult:
        """Send exactly these requests and return the answers; `on_answer` is called with each as it arrives.

        Once `stop_when` is true of an answer, no more requests of its end user are begun; those under way still count.
        Raises TrafficError if not everything could be sent.
        """
        observations: list[Observation] = []
        ended: set[str] = set()
        answers = self.begin(url, loads, rate=rate, mark=mark)
        for seen in answers:
            observations.append(seen)
            on_answer(seen)
            if seen.end_user not in ended and stop_when(seen):
                ended.add(seen.end_user)
                log.info("Locust: enough as %s, after %d answers in all", seen.end_user or "nobody", len(observations))
                answers.stop(seen.end_user)
        log.info("Locust: %d answers in %.1f s", len(observations), answers.seconds)
        return TrafficResult(tuple(observations), answers.seconds, answers.logins)

    def write(self, message: Mapping[str, object]) -> None:
        """Tell the generator something."""
        try:
            self._generator.write(json.dumps(message))
        except OSError as error:
            raise TrafficError(self._exit_message()) from error

    def next_line(self, patience: float) -> dict[str, Any]:
        """Return what it says next."""
        try:
            line = self._lines.get(timeout=patience)
        except queue.Empty:
            silent = Message("error.silent_traffic", patience=round(patience), log=self._generator.log)
            raise TrafficError(words(silent)) from None
        if not line:
            raise TrafficError(self._exit_message())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _exit_message(self) -> str:
        return words(Message("error.traffic_ended", why=self._generator.exit_reason()))


def _summary(loads: Sequence[UserLoad]) -> str:
    return ", ".join(f"{load.requests:,} requests as {load.end_user or 'nobody'}" for load in loads)


def _read_lines(generator: LoadGenerator, lines: queue.SimpleQueue[str]) -> None:
    for line in generator.lines():
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
