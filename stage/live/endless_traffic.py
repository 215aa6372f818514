"""Requests without end from the scenarios' own Locust program, which is started again if it dies."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platforms.errors import TrafficError
from scenarios.evidence.observation import Observation
from scenarios.messages.errors import told
from scenarios.messages.message import Text
from scenarios.run.locust_process import LocustProcess
from scenarios.run.traffic import AnswerStream, Traffic, UserLoad
from stage.live.counts import AnswerCounts
from stage.picture import Dot, Flow, TrafficView

log = logging.getLogger(__name__)

_WITHOUT_END = 2**53
_SLOW_PAGE_SECONDS = 3.0
"""How long a page may take without slowing the traffic: reviews v3 gives late ratings up after 2.5 s."""
_USERS = (8, 64)
"""The fewest and the most pages that are asked for at the same time."""
_PAUSES = (1.0, 15.0)
"""Seconds before Locust is started again, the first time, and at most."""
_SESSION_SECONDS = 3.0
"""How long users must have been signed in to be signed in again: a demo that was brought up anew knows them no more."""
_DRAIN_SECONDS = 15.0
"""How long answers that are under way may take; a page that takes 10 s is given up."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """The requests to send."""

    rate: float
    users: tuple[str, ...]

    def loads(self) -> list[UserLoad]:
        """The same number of users for each end user, who take turns."""
        fewest, most = _USERS
        together = min(most, max(fewest, math.ceil(self.rate * _SLOW_PAGE_SECONDS)))
        each = max(1, round(together / len(self.users)))
        return [UserLoad(user, _WITHOUT_END, each) for user in self.users]


class EndlessTraffic:
    """A thread that sends what is wanted, and counts the answers as they come."""

    def __init__(self, url: str, log: Path) -> None:
        """Send to the gateway at this URL, once started; Locust writes its log to the file."""
        self._url = url
        self._log = log
        self._counts = AnswerCounts()
        self._changed = threading.Condition()
        self._plan: _Plan | None = None
        self._answers: AnswerStream | None = None
        """Of the requests that are being sent, of the plan beside them."""
        self._sent = _Plan(0.0, ())
        self._paused = self._closed = False
        self._held = 0
        self._problem: Text = ""
        self._thread = threading.Thread(target=self._work, name="live traffic", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> Text:
        """The reason why no requests are being sent although they are wanted; Locust is started again. Empty if there is none."""
        return self._problem

    def start(self, rate: float, users: Sequence[str]) -> None:
        """Send so many requests a second, of these end users in turn; again with others replaces those."""
        self._change(plan=_Plan(rate, tuple(users)))

    def pause(self) -> None:
        self._change(paused=True)

    def resume(self) -> None:
        self._change(paused=False)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep our requests away: none is under way when the block begins, and none is sent in it."""
        with self._changed:
            self._held += 1
            self._stop_if_unwanted()
            self._changed.wait_for(lambda: self._answers is None, _DRAIN_SECONDS)
        try:
            yield
        finally:
            with self._changed:
                self._held -= 1
                self._changed.notify_all()

    def count_from(self, at_ms: int, asked: Mapping[str, float | None]) -> None:
        """Count anew the requests that were begun after this moment."""
        self._counts.count_from(at_ms, asked)

    def rolling(self) -> TrafficView:
        """Return the counts since then, with intervals."""
        plan = self._plan
        return self._counts.view(self._status(), plan.rate if plan else 0.0)

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return self._counts.dots(after)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._stop_if_unwanted()
            self._changed.notify_all()
        self._thread.join()

    def _status(self) -> Flow:
        if self._closed or self._plan is None:
            return "stopped"
        if self._held:
            return "proof"
        if self._paused:
            return "paused"
        return "failed" if self._problem else "running"

    def _change(self, *, plan: _Plan | None = None, paused: bool | None = None) -> None:
        with self._changed:
            self._plan = plan or self._plan
            self._paused = self._paused if paused is None else paused
            self._stop_if_unwanted()
            self._changed.notify_all()

    def _wanted(self) -> _Plan | None:
        return None if self._paused or self._held or self._closed else self._plan

    def _stop_if_unwanted(self) -> None:
        """Begin no more of the requests that are being sent, if others are wanted, or none."""
        if self._wanted() != self._sent:
            self._stop_users()

    def _stop_users(self) -> None:
        with self._changed, contextlib.suppress(TrafficError):  # whoever reads the answers finds out by himself
            if self._answers is not None:
                for user in self._sent.users:
                    self._answers.stop(user)

    def _work(self) -> None:
        pause, most = _PAUSES
        while self._wait():
            before = self._counts.dots(0)[0]
            try:
                with Traffic(LocustProcess(self._log)) as traffic:
                    while self._wait():
                        self._send(traffic)
            except (TrafficError, OSError) as error:
                log.warning("live traffic: %s", error)
                self._problem = told(error)
                pause = _PAUSES[0] if self._counts.dots(0)[0] > before else min(most, 2 * pause)
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, pause)

    def _wait(self) -> bool:
        """Wait until requests are wanted; returns False at the end of it all."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted() is not None)
            return not self._closed

    def _send(self, traffic: Traffic) -> None:
        """Send what is wanted until something else is, and every answer is counted."""
        with self._changed:
            plan = self._wanted()
            if plan is None:
                return
            answers = traffic.begin(self._url, plan.loads(), rate=plan.rate, steady=True)
            self._answers, self._sent = answers, plan
        try:
            began = time.monotonic()
            for seen in answers:
                self._problem = ""
                self._counts.add(seen)
                if _is_signed_out(seen) and time.monotonic() - began > _SESSION_SECONDS:
                    began = math.inf  # what is under way may be as old
                    self._stop_users()
        finally:
            with self._changed:
                self._answers = None
                self._changed.notify_all()


def _is_signed_out(seen: Observation) -> bool:
    """Tell a page that does not know whom it is for any more."""
    return bool(seen.marks) and seen.end_user != seen.marks.get("end-user", "") == ""
