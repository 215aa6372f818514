"""A worker of Locust's: it sends its part of every order, and its answers go home in batches."""

from __future__ import annotations

import os
import socket
from typing import Any

import gevent
from gevent.os import tp_read
from locust.env import Environment  # noqa: TID251  # this is where Locust lives

from .locustfile import Step, send
from .wire import encoded

_BATCH_SECONDS = 0.05


class Worker:
    """One of the processes that a master deals its orders out to."""

    def __init__(self, master: str, port: int) -> None:
        """Returns when the master has been reached."""
        self._runner = Environment().create_worker_runner(master, port)
        self._step: Step | None = None
        self._batch: list[str] = []
        self._sent = 0
        self._runner.register_message("order", self._order, concurrent=True)
        self._runner.register_message("go", self._go)
        self._runner.register_message("enough", self._enough)
        self._runner.send_message("here", {"name": f"worker {os.getpid()} of {socket.gethostname()}"})

    def work(self) -> None:
        """Return when the master says so, or has not been heard of for a minute."""
        self._runner.greenlet.join()

    def ready(self, step: Step) -> None:
        self._runner.send_message("ready", {"logins": step.logins})

    def answered(self, line: dict[str, Any]) -> None:
        self._batch.append(encoded(line))

    def fatal(self, reason: str) -> None:
        self._runner.send_message("fatal", {"reason": reason})

    def _order(self, msg: Any, **_: Any) -> None:
        order = msg.data
        self._sent = 0
        self._step = step = Step(order, self)
        sender = gevent.spawn(send, order["url"], step)
        sender.link_exception(lambda _: os._exit(1))
        while not sender.ready():
            sender.join(timeout=_BATCH_SECONDS)
            self._send_batch()
        if not step.failed:
            self._runner.send_message("done", {"answers": self._sent})

    def _go(self, **_: Any) -> None:
        if self._step:
            self._step.begin()

    def _enough(self, msg: Any, **_: Any) -> None:
        if self._step:
            self._step.end(msg.data["end_user"])

    def _send_batch(self) -> None:
        if self._batch:
            batch, self._batch = self._batch, []
            self._sent += len(batch)
            self._runner.send_message("answers", {"count": len(batch), "lines": "".join(batch)})


def end_with_parent() -> None:
    """End this process when its stdin does: however the master ends, no worker outlives it."""
    while tp_read(0, 4096):
        pass
    os._exit(0)
