"""The visitors of one step: they sign in, begin together, and ask for the page until their load is sent."""

from __future__ import annotations

import re
import time
from itertools import count
from typing import Any, Protocol
from urllib.parse import quote

from gevent.event import Event
from locust import FastHttpUser, task  # noqa: TID251  # this is where Locust lives
from locust.env import Environment  # noqa: TID251  # the same
from locust.exception import StopUser  # noqa: TID251  # the same

MAIN = re.compile(r'<main\b[^>]*\bid="bookinfo"[^>]*>')
SIGNED_IN = (200, 302, 303)


class Home(Protocol):
    """Who hears of a step."""

    def ready(self, step: Step) -> None:
        """Every visitor has signed in, and waits for `step.begin()`."""

    def answered(self, line: dict[str, Any]) -> None:
        """A request is over."""

    def fatal(self, reason: str) -> None:
        """The step cannot be sent."""


class Load:
    """The requests of one end user that nobody has begun yet."""

    def __init__(self, end_user: str, requests: int, users: int, numbers: tuple[int, int] = (0, 1)) -> None:
        """`numbers`: that of the first request, and how far the next one's is away."""
        self.end_user = end_user
        self.users = users
        self.left = requests
        self.numbers = count(*numbers)
        self.ended = Event()


class Step:
    """What all visitors of a step share."""

    def __init__(self, order: dict[str, Any], home: Home) -> None:
        self.loads = [Load(**load) for load in order["loads"]]
        self.rate: float | None = order["rate"]
        self.phase: float = order.get("phase", 0.0)
        self.timeout: float = order["timeout"]
        self.mark: str = order["mark"]
        self.home = home
        self.waiting = sum(load.users for load in self.loads)
        self.under_way = 0
        self.logins = 0
        self.began = 0.0
        self.turns = count()
        self.started = Event()
        self.over = Event()
        self.failed = False

    def ready(self) -> None:
        """The clock starts when every visitor has signed in."""
        self.waiting -= 1
        if not self.waiting:
            self.home.ready(self)
        self.started.wait()

    def begin(self) -> None:
        self.began = time.monotonic()
        self.started.set()
        self._settle()

    def ticket(self, load: Load) -> int | None:
        """Return, when a request of the load is due, which one it is; None if there is none left."""
        if not load.left:
            return None
        load.left -= 1
        self.under_way += 1
        if self.rate:
            due = self.began + self.phase + next(self.turns) / self.rate
            if load.ended.wait(max(0.0, due - time.monotonic())):
                self.under_way -= 1
                self._settle()
                return None
        return next(load.numbers)

    def answered(self, line: dict[str, Any]) -> None:
        self.home.answered(line)
        self.under_way -= 1
        self._settle()

    def end(self, end_user: str) -> None:
        """Begin no more requests of this end user; those under way are still waited for."""
        for load in self.loads:
            if load.end_user == end_user:
                load.left = 0
                load.ended.set()
        self._settle()

    def broken(self, reason: str) -> None:
        self.failed = True
        self.home.fatal(reason)
        self.over.set()

    def _settle(self) -> None:
        if self.started.is_set() and not self.under_way and not any(load.left for load in self.loads):
            self.over.set()


class Visitor(FastHttpUser):
    """Somebody who signs in, if under a name, and then asks for the page again and again."""

    abstract = True
    step: Step
    load: Load

    def on_start(self) -> None:
        # The client silently repeats a GET whose connection broke, by the size of its pool; a break is to be seen.
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
                    self.step.broken(f"POST /login as {self.load.end_user}: {why}")
                    raise StopUser
                answer.success()
            self.step.logins += 1
        self.step.ready()

    @task
    def page(self) -> None:
        number = self.step.ticket(self.load)
        if number is None:
            raise StopUser
        start = time.perf_counter()
        headers = {"Accept-Encoding": "identity", **self._mark(number)}
        with self.client.get("/productpage", headers=headers, catch_response=True) as answer:
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
            self.step.answered(line)
            answer.success()

    def _mark(self, request: int | str) -> dict[str, str]:
        """The header by which the proxies log a request, where they do."""
        mark = f"{self.step.mark}.{request}.{quote(self.load.end_user, safe='')}"
        return {"tracestate": mark} if self.step.mark else {}


def _reason(error: object) -> str:
    """What happened to a request without an answer, in words: `connection refused`."""
    name = re.sub(r"^HTTP|Error$", "", type(error).__name__)
    return " ".join(word.lower() for word in re.findall("[A-Z][a-z]+", name)) or name


def send(url: str, step: Step) -> None:
    """Send the step's requests, all loads at the same time."""
    visitors = [
        type(
            f"Visitor{number}",
            (Visitor,),
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
    runner = Environment(user_classes=visitors).create_local_runner()
    runner.start(step.waiting, spawn_rate=step.waiting)
    step.over.wait()
    runner.quit()
