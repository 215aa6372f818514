"""Locust's master: it deals every order out to the workers, and passes their answers on."""

from __future__ import annotations

import signal
import subprocess  # noqa: TID251  # the workers of this machine
import sys
import time
from typing import Any

import gevent
from gevent.event import Event
from locust import runners  # noqa: TID251  # this is where Locust lives
from locust.env import Environment  # noqa: TID251  # the same

from .dealing import deal
from .wire import Wire

_GATHER_SECONDS = 25.0
_LOST_SECONDS = 10
runners.HEARTBEAT_LIVENESS = _LOST_SECONDS  # Locust's 3 s are short for a machine that is busy being loaded


class Master:
    """Takes orders as one process alone would; who sends the requests does not show in the answers."""

    def __init__(self, wire: Wire, workers: int, host: str, port: int) -> None:
        """Listens for workers at `host`; port 0 is any that is free."""
        self._wire = wire
        self._workers = workers
        self._names: dict[str, str] = {}
        """Of the workers that are here, by what Locust calls them."""
        self._gathered = Event()
        self._unready: set[str] = set()
        self._working: set[str] = set()
        self._answers: dict[str, int] = {}
        """How many have come from each worker."""
        self._logins = 0
        self._began = 0.0
        self._failed = False
        self._runner = Environment().create_master_runner(host, port)
        heard = {
            "here": self._here,
            "ready": self._ready,
            "answers": self._pass_on,
            "done": self._done,
            "fatal": self._fatal,
        }
        for message, listener in heard.items():
            self._runner.register_message(message, listener)
        gevent.spawn(self._watch)

    def employ(self) -> None:
        """Start the workers as processes of this machine."""
        port = str(self._runner.server.port)
        for _ in range(self._workers):
            worker = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "visitors", "worker", port],
                stdin=subprocess.PIPE,  # they end when it does, and so with us
                stdout=subprocess.DEVNULL,
            )
            gevent.spawn(self._await_end, worker)

    def order(self, order: dict[str, Any]) -> None:
        """Deal the step out; it is over with the last answer of the last worker."""
        if not self._gathered.wait(_GATHER_SECONDS):
            self._fail(f"only {len(self._names)} of {self._workers} workers came within {_GATHER_SECONDS:.0f} s")
            return
        parts = {worker: part for worker, part in zip(self._names, deal(order, self._workers), strict=True) if part}
        self._unready, self._working = set(parts), set(parts)
        self._answers = dict.fromkeys(parts, 0)
        self._logins = 0
        for worker, part in parts.items():
            self._runner.send_message("order", part, client_id=worker)

    def enough(self, end_user: str) -> None:
        for worker in self._working:
            self._runner.send_message("enough", {"end_user": end_user}, client_id=worker)

    def dismiss(self) -> None:
        """Let the workers go."""
        self._runner.quit()

    def _here(self, msg: Any, **_: Any) -> None:
        self._names[msg.node_id] = msg.data["name"]
        if len(self._names) == self._workers:
            self._gathered.set()

    def _ready(self, msg: Any, **_: Any) -> None:
        self._logins += msg.data["logins"]
        self._unready.discard(msg.node_id)
        if not self._unready and not self._failed:
            self._began = time.monotonic()
            self._wire.say({"began": time.time()})
            for worker in self._working:
                self._runner.send_message("go", client_id=worker)

    def _pass_on(self, msg: Any, **_: Any) -> None:
        self._answers[msg.node_id] += msg.data["count"]
        self._wire.write(msg.data["lines"])

    def _done(self, msg: Any, **_: Any) -> None:
        sent, arrived = msg.data["answers"], self._answers[msg.node_id]
        if sent != arrived:
            self._fail(f"{self._names[msg.node_id]} sent {sent} answers, and {arrived} arrived")
        self._working.discard(msg.node_id)
        if not self._working and not self._failed:
            seconds = time.monotonic() - self._began
            self._wire.say({"ended": time.time(), "seconds": seconds, "logins": self._logins})

    def _fatal(self, msg: Any, **_: Any) -> None:
        self._fail(msg.data["reason"])

    def _fail(self, reason: str) -> None:
        """The first reason counts; the others follow from it."""
        if not self._failed:
            self._failed = True
            self._wire.say({"fatal": reason})

    def _await_end(self, worker: subprocess.Popen[bytes]) -> None:
        code = worker.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._fail(f"worker {worker.pid} {how}")

    def _watch(self) -> None:
        """A worker of another machine that dies is not heard of any more."""
        while True:
            gevent.sleep(1)
            for lost in self._runner.clients.missing:
                self._fail(f"{self._names.get(lost.id, lost.id)} has not been heard of for {_LOST_SECONDS} s")
