"""The visitors: a child process that asks for the page, as often and as whom it is told.

Importing Locust patches the whole process, so it has one of its own and imports nothing of ours. One line of JSON on
stdin per step says what to send; lines of JSON on stdout say what came. When stdin ends, for whatever reason, so does
this process: nobody sends traffic for a run that is gone.

    {"url": "http://127.0.0.1:9080", "rate": null, "timeout": 10, "loads": [{"end_user": "", "requests": 9, "users": 2}]}

    {"began": 1.0}
    {"end_user": "", "status": 200, "milliseconds": 8.1, "page": "<main id=…>", "error": "", "timed_out": false}
    {"ended": 1.1, "logins": 0}
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import gevent
from gevent.event import Event
from gevent.os import tp_read
from locust import FastHttpUser, task  # noqa: TID251  # this is where Locust lives
from locust.env import Environment  # noqa: TID251  # the same
from locust.exception import StopUser  # noqa: TID251  # the same

MAIN = re.compile(r'<main\b[^>]*\bid="bookinfo"[^>]*>')
SIGNED_IN = (200, 302, 303)


class Load:
    """The tickets of one end user: each is one request, used once."""

    def __init__(self, end_user: str, requests: int, users: int) -> None:
        self.end_user = end_user
        self.users = users
        self.tickets: Iterator[int] = iter(range(requests))


class Step:
    """What all visitors of a step share."""

    def __init__(self, order: dict[str, Any], out: Any) -> None:
        self.loads = [Load(**load) for load in order["loads"]]
        self.left = sum(load["requests"] for load in order["loads"])
        self.rate: float | None = order["rate"]
        self.timeout: float = order["timeout"]
        self.out = out
        self.waiting = sum(load.users for load in self.loads)
        self.logins = 0
        self.started = Event()
        self.over = Event()
        self.began = 0.0
        self.turns = iter(range(self.left))

    def ready(self) -> None:
        """The clock starts when every visitor has signed in."""
        self.waiting -= 1
        if not self.waiting:
            self.began = time.monotonic()
            self.say(began=time.time())
            self.started.set()
        self.started.wait()

    def turn(self) -> None:
        """Wait until the next request is due."""
        if self.rate:
            due = self.began + next(self.turns) / self.rate
            gevent.sleep(max(0.0, due - time.monotonic()))

    def say(self, **line: object) -> None:
        self.out.write(json.dumps(line) + "\n")

    def answered(self, **line: object) -> None:
        self.say(**line)
        self.left -= 1
        if not self.left:
            self.over.set()

    def broken(self, reason: str) -> None:
        self.say(fatal=reason)
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
                headers={"Content-Type": "application/x-www-form-urlencoded"},
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
        if next(self.load.tickets, None) is None:
            raise StopUser
        self.step.turn()
        start = time.perf_counter()
        with self.client.get("/productpage", headers={"Accept-Encoding": "identity"}, catch_response=True) as answer:
            text = answer.text or ""
            milliseconds = (time.perf_counter() - start) * 1000
            found = MAIN.search(text)
            timed_out = not answer.status_code and milliseconds >= self.step.timeout * 1000
            self.step.answered(
                end_user=self.load.end_user,
                status=answer.status_code,
                milliseconds=round(milliseconds, 1),
                page=found.group() if found else "",
                error="" if answer.status_code else "time-out" if timed_out else _reason(answer.error),
                timed_out=timed_out,
            )
            answer.success()


def _reason(error: object) -> str:
    """What happened to a request without an answer, in words: `connection refused`."""
    name = re.sub(r"^HTTP|Error$", "", type(error).__name__)
    return " ".join(word.lower() for word in re.findall("[A-Z][a-z]+", name)) or name


def send(order: dict[str, Any], out: Any) -> None:
    """Send one step's requests, all loads at the same time, and say what came."""
    step = Step(order, out)
    visitors = [
        type(
            f"Visitor{number}",
            (Visitor,),
            {
                "step": step,
                "load": load,
                "fixed_count": load.users,
                "host": order["url"],
                "network_timeout": step.timeout,
                "connection_timeout": step.timeout,
            },
        )
        for number, load in enumerate(step.loads)
    ]
    environment = Environment(user_classes=visitors)
    runner = environment.create_local_runner()
    users = sum(load.users for load in step.loads)
    runner.start(users, spawn_rate=users)
    step.over.wait()
    step.say(ended=time.time(), seconds=time.monotonic() - step.began, logins=step.logins)
    runner.quit()


def main() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # What Locust or anything else prints must not end up among the observations.
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    orders = b""
    working = None
    while chunk := tp_read(0, 65536):
        orders += chunk
        while b"\n" in orders:
            line, _, orders = orders.partition(b"\n")
            working = gevent.spawn(send, json.loads(line), out)
            working.link_exception(lambda _: os._exit(1))
    os._exit(0)


if __name__ == "__main__":
    main()
