"""A worker: it sends its part of every step, and returns the answers in batches."""

from __future__ import annotations

import os
import socket
from typing import Any

import gevent
from gevent.os import tp_read
from locust.env import Environment  # noqa: TID251  # this is where Locust lives

from .locustfile import StepRun, send
from .wire import encode

_BATCH_SECONDS = 0.05


class Worker:
    """One of the processes among which a master splits its steps."""

    def __init__(self, master: str, port: int) -> None:
        """Connect to the master."""
        self._runner = Environment().create_worker_runner(master, port)
        self._step: StepRun | None = None
        self._batch: list[str] = []
        self._sent = 0
        self._runner.register_message("order", self._run_step, concurrent=True)
        self._runner.register_message("go", self._begin)
        self._runner.register_message("enough", self._stop_user)
        self._runner.send_message("here", {"name": f"worker {os.getpid()} of {socket.gethostname()}"})

    def join(self) -> None:
        """Return when the master quits, or sends no heartbeat for a minute."""
        self._runner.greenlet.join()

    def on_ready(self, step: StepRun) -> None:
        self._runner.send_message("ready", {"logins": step.logins})

    def on_answer(self, line: dict[str, Any]) -> None:
        self._batch.append(encode(line))

    def on_fatal(self, reason: str) -> None:
        self._runner.send_message("fatal", {"reason": reason})

    def _run_step(self, msg: Any, **_: Any) -> None:
        order = msg.data
        self._sent = 0
        self._step = step = StepRun(order, self)
        sender = gevent.spawn(send, order["url"], step)
        sender.link_exception(lambda _: os._exit(1))
        while not sender.ready():
            sender.join(timeout=_BATCH_SECONDS)
            self._send_batch()
        if not step.failed:
            self._runner.send_message("done", {"answers": self._sent})

    def _begin(self, **_: Any) -> None:
        if self._step:
            self._step.begin()

    def _stop_user(self, msg: Any, **_: Any) -> None:
        if self._step:
            self._step.stop_user(msg.data["end_user"])

    def _send_batch(self) -> None:
        if self._batch:
            batch, self._batch = self._batch, []
            self._sent += len(batch)
            self._runner.send_message("answers", {"count": len(batch), "lines": "".join(batch)})


def exit_with_parent() -> None:
    """End this process when its stdin does, so that no worker outlives its master, however that ends."""
    while tp_read(0, 4096):
        pass
    os._exit(0)
