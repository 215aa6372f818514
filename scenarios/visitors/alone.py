"""One process that sends everything itself."""

from __future__ import annotations

import time
from typing import Any

from .locustfile import Step, send
from .wire import Wire


class Alone:
    """Takes orders and answers them."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._step: Step | None = None

    def order(self, order: dict[str, Any]) -> None:
        """Send the step, and return when it is over."""
        self._step = step = Step(order, self)
        send(order["url"], step)
        if not step.failed:
            self._wire.say({"ended": time.time(), "seconds": time.monotonic() - step.began, "logins": step.logins})

    def enough(self, end_user: str) -> None:
        if self._step:
            self._step.end(end_user)

    def ready(self, step: Step) -> None:
        self._wire.say({"began": time.time()})
        step.begin()

    def answered(self, line: dict[str, Any]) -> None:
        self._wire.say(line)

    def fatal(self, reason: str) -> None:
        self._wire.say({"fatal": reason})
