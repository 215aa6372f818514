"""The master of several workers: it splits every step among them, and passes their answers on."""

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

from .partition import partition
from .wire import Wire

_CONNECT_SECONDS = 25.0
_LOST_SECONDS = 10
runners.HEARTBEAT_LIVENESS = _LOST_SECONDS  # Locust's 3 s are short for a machine under full load


class Master:
    """Carries out commands through workers, with the same answers as one process would give."""

    def __init__(self, wire: Wire, workers: int, host: str, port: int) -> None:
        """Listen for workers at `host`; port 0 is any free one."""
        self._wire = wire
        self._workers = workers
        self._names: dict[str, str] = {}
        """Of the connected workers, by Locust's ids."""
        self._connected = Event()
        self._signing_in: set[str] = set()
        self._working: set[str] = set()
        self._answers: dict[str, int] = {}
        """The number of answers received, by worker."""
        self._logins = 0
        self._began = 0.0
        self._failed = False
        self._runner = Environment().create_master_runner(host, port)
        handlers = {
            "here": self._on_connected,
            "ready": self._on_ready,
            "answers": self._on_answers,
            "done": self._on_done,
            "fatal": self._on_fatal,
        }
        for message, handler in handlers.items():
            self._runner.register_message(message, handler)
        gevent.spawn(self._watch_heartbeats)

    def start_workers(self) -> None:
        """Start the workers as processes of this machine."""
        port = str(self._runner.server.port)
        for _ in range(self._workers):
            worker = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "loadgen", "worker", port],
                stdin=subprocess.PIPE,  # a worker ends when its stdin does, and so with this process
                stdout=subprocess.DEVNULL,
            )
            gevent.spawn(self._watch_process, worker)

    def run_step(self, order: dict[str, Any]) -> None:
        """Send each worker its part; the step is over with the last answer of the last worker."""
        if not self._connected.wait(_CONNECT_SECONDS):
            self._fail(f"only {len(self._names)} of {self._workers} workers came within {_CONNECT_SECONDS:.0f} s")
            return
        parts = {
            worker: part for worker, part in zip(self._names, partition(order, self._workers), strict=True) if part
        }
        self._signing_in, self._working = set(parts), set(parts)
        self._answers = dict.fromkeys(parts, 0)
        self._logins = 0
        for worker, part in parts.items():
            self._runner.send_message("order", part, client_id=worker)

    def stop_user(self, end_user: str) -> None:
        for worker in self._working:
            self._runner.send_message("enough", {"end_user": end_user}, client_id=worker)

    def quit(self) -> None:
        """End the workers."""
        self._runner.quit()

    def _on_connected(self, msg: Any, **_: Any) -> None:
        self._names[msg.node_id] = msg.data["name"]
        if len(self._names) == self._workers:
            self._connected.set()

    def _on_ready(self, msg: Any, **_: Any) -> None:
        self._logins += msg.data["logins"]
        self._signing_in.discard(msg.node_id)
        if not self._signing_in and not self._failed:
            self._began = time.monotonic()
            self._wire.send({"began": time.time()})
            for worker in self._working:
                self._runner.send_message("go", client_id=worker)

    def _on_answers(self, msg: Any, **_: Any) -> None:
        self._answers[msg.node_id] += msg.data["count"]
        self._wire.write(msg.data["lines"])

    def _on_done(self, msg: Any, **_: Any) -> None:
        sent, arrived = msg.data["answers"], self._answers[msg.node_id]
        if sent != arrived:
            self._fail(f"{self._names[msg.node_id]} sent {sent} answers, and {arrived} arrived")
        self._working.discard(msg.node_id)
        if not self._working and not self._failed:
            seconds = time.monotonic() - self._began
            self._wire.send({"ended": time.time(), "seconds": seconds, "logins": self._logins})

    def _on_fatal(self, msg: Any, **_: Any) -> None:
        self._fail(msg.data["reason"])

    def _fail(self, reason: str) -> None:
        """Report the first reason; later ones follow from it."""
        if not self._failed:
            self._failed = True
            self._wire.send({"fatal": reason})

    def _watch_process(self, worker: subprocess.Popen[bytes]) -> None:
        code = worker.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._fail(f"worker {worker.pid} {how}")

    def _watch_heartbeats(self) -> None:
        """Fail when a worker on another machine sends no heartbeats any more."""
        while True:
            gevent.sleep(1)
            for lost in self._runner.clients.missing:
                self._fail(f"{self._names.get(lost.id, lost.id)} has not been heard of for {_LOST_SECONDS} s")
