"""The load generator in one process."""

from __future__ import annotations

import time
from typing import Any

from .locustfile import StepRun, send
from .wire import Wire


class StandaloneRunner:
    """Sends every request of a step itself."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._step: StepRun | None = None

    def run_step(self, order: dict[str, Any]) -> None:
        """Send the step, and return when it is over."""
        self._step = step = StepRun(order, self)
        send(order["url"], step)
        if not step.failed:
            self._wire.send({"ended": time.time(), "seconds": time.monotonic() - step.began, "logins": step.logins})

    def stop_user(self, end_user: str) -> None:
        if self._step:
            self._step.stop_user(end_user)

    def on_ready(self, step: StepRun) -> None:
        self._wire.send({"began": time.time()})
        step.begin()

    def on_answer(self, line: dict[str, Any]) -> None:
        self._wire.send(line)

    def on_fatal(self, reason: str) -> None:
        self._wire.send({"fatal": reason})
