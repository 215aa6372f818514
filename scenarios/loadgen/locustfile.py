"""One step on Locust: its users sign in, begin together, and request the page until the step is sent."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from itertools import count
from typing import Any, Protocol
from urllib.parse import quote

from gevent.event import Event
from locust import FastHttpUser, task  # noqa: TID251  # this is where Locust lives
from locust.env import Environment  # noqa: TID251  # the same
from locust.exception import StopUser  # noqa: TID251  # the same

MAIN = re.compile(r'<main\b[^>]*\bid="bookinfo"[^>]*>')
SIGNED_IN = (200, 302, 303)
NO_HEADERS: Mapping[str, str] = {}
LATE_SECONDS = 0.5
"""How late a request of a steady step may be begun before all that follow are put off."""


class StepListener(Protocol):
    """The receiver of a step's events."""

    def on_ready(self, step: StepRun) -> None:
        """Every user has signed in and waits for `step.begin()`."""

    def on_answer(self, line: dict[str, Any]) -> None:
        """A request has ended."""

    def on_fatal(self, reason: str) -> None:
        """The step cannot be sent."""


class PendingLoad:
    """The requests of one end user that have not begun yet."""

    def __init__(
        self,
        end_user: str,
        requests: int,
        users: int,
        numbers: tuple[int, int] = (0, 1),
        *,
        path: str = "/productpage",
        headers: Mapping[str, str] = NO_HEADERS,
        follow: bool = True,
    ) -> None:
        """`numbers`: the number of the first request, and the distance to the next one's."""
        self.end_user = end_user
        self.path = path
        self.headers = headers
        self.follow = follow
        self.users = users
        self.left = requests
        self.numbers = count(*numbers)
        self.stopped = Event()
        self.slots = count()
        """The turns in which requests are due; of all loads together, unless the step is steady."""
        self.put_off = 0.0
        """Seconds that are not made up for."""


class StepRun:
    """The state that all users of a step share."""

    def __init__(self, order: dict[str, Any], listener: StepListener) -> None:
        self.loads = [PendingLoad(**load) for load in order["loads"]]
        self.rate: float | None = order["rate"]
        self.phase: float = order.get("phase", 0.0)
        self.steady: bool = order.get("steady", False)
        self.timeout: float = order["timeout"]
        self.mark: str = order["mark"]
        self.listener = listener
        self.signing_in = sum(load.users for load in self.loads)
        self.under_way = 0
        self.logins = 0
        self.began = 0.0
        slots = count()
        for number, load in enumerate(self.loads):
            load.slots = count(number, len(self.loads)) if self.steady else slots
        self.started = Event()
        self.over = Event()
        self.failed = False

    def wait_for_start(self) -> None:
        """Wait until every user has signed in and the step has begun."""
        self.signing_in -= 1
        if not self.signing_in:
            self.listener.on_ready(self)
        self.started.wait()

    def begin(self) -> None:
        self.began = time.monotonic()
        self.started.set()
        self._end_if_complete()

    def next_request(self, load: PendingLoad) -> int | None:
        """Wait until a request of the load is due, and return its number; None if there is none left."""
        if not load.left:
            return None
        load.left -= 1
        self.under_way += 1
        if self.rate:
            due = self.began + self.phase + load.put_off + next(load.slots) / self.rate
            late = time.monotonic() - due
            if late > LATE_SECONDS and self.steady:
                load.put_off += late
            if load.stopped.wait(max(0.0, due - time.monotonic())):
                self.under_way -= 1
                self._end_if_complete()
                return None
        return next(load.numbers)

    def add_answer(self, line: dict[str, Any]) -> None:
        self.listener.on_answer(line)
        self.under_way -= 1
        self._end_if_complete()

    def stop_user(self, end_user: str) -> None:
        """Begin no more requests of this end user; those under way still end."""
        for load in self.loads:
            if load.end_user == end_user:
                load.left = 0
                load.stopped.set()
        self._end_if_complete()

    def fail(self, reason: str) -> None:
        self.failed = True
        self.listener.on_fatal(reason)
        self.over.set()

    def _end_if_complete(self) -> None:
        if self.started.is_set() and not self.under_way and not any(load.left for load in self.loads):
            self.over.set()


class PageUser(FastHttpUser):
    """A user that signs in, if it has a name, and then requests the page again and again."""

    abstract = True
    step: StepRun
    load: PendingLoad

    def on_start(self) -> None:
        # The client silently repeats a GET whose connection broke, by the size of its pool; a break must be seen.
        connections = self.client.client.clientpool.get_client(str(self.host))
        connections._connection_pool.size = -1  # noqa: SLF001  # there is no option for it
        if self.load.end_user:
            form = f"username={quote(self.load.end_user, safe='')}&passwd=password"
            with self.client.post(
                "/login",
                data=form,
                headers={"Content-Type": "application/x-www-form-urlencoded", **self._mark("login")},
                allow_redirects=False,
                catch_response=True,
            ) as answer:
                if answer.status_code not in SIGNED_IN:
                    why = answer.error or f"HTTP {answer.status_code}"
                    self.step.fail(f"POST /login as {self.load.end_user}: {why}")
                    raise StopUser
                answer.success()
            self.step.logins += 1
        self.step.wait_for_start()

    @task
    def page(self) -> None:
        number = self.step.next_request(self.load)
        if number is None:
            raise StopUser
        start = time.perf_counter()
        headers = {"Accept-Encoding": "identity", **self.load.headers, **self._mark(number)}
        with self.client.get(
            self.load.path, headers=headers, catch_response=True, allow_redirects=self.load.follow
        ) as answer:
            text = answer.text or ""
            milliseconds = (time.perf_counter() - start) * 1000
            found = MAIN.search(text)
            line = {
                "at": round(time.time(), 3),
                "end_user": self.load.end_user,
                "number": number,
                "status": answer.status_code,
                "ms": round(milliseconds, 1),
                "page": found.group() if found else "",
            }
            if not answer.status_code:
                line["timed_out"] = milliseconds >= self.step.timeout * 1000
                line["error"] = "time-out" if line["timed_out"] else _reason(answer.error)
            self.step.add_answer(line)
            answer.success()

    def _mark(self, request: int | str) -> dict[str, str]:
        """The header by which the proxies log a request, where they do."""
        mark = f"{self.step.mark}.{request}.{quote(self.load.end_user, safe='')}"
        return {"tracestate": mark} if self.step.mark else {}


def _reason(error: object) -> str:
    """The cause of a missing answer, in words: `connection refused`."""
    name = re.sub(r"^HTTP|Error$", "", type(error).__name__)
    return " ".join(word.lower() for word in re.findall("[A-Z][a-z]+", name)) or name


def send(url: str, step: StepRun) -> None:
    """Send the step's requests, all loads at the same time."""
    users = [
        type(
            f"PageUser{number}",
            (PageUser,),
            {
                "step": step,
                "load": load,
                "fixed_count": load.users,
                "host": url,
                "network_timeout": step.timeout,
                "connection_timeout": step.timeout,
            },
        )
        for number, load in enumerate(step.loads)
    ]
    runner = Environment(user_classes=users).create_local_runner()
    runner.start(step.signing_in, spawn_rate=step.signing_in)
    step.over.wait()
    runner.quit()
