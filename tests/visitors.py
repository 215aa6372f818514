"""Visitors for many runs: Locust is imported once, not by each of them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platforms.boundary import Pipe
from scenarios.run.traffic import Sent, Traffic


class Staying(Traffic):
    """Visitors who come when they are first needed, and anew after a step that ended in the middle."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(Path(pipe.log), pipe=pipe)
        self._there = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._there:
            self._there = False
            super().__exit__(kind, error, trace)

    def send(self, *order: Any, **how: Any) -> Sent:
        if not self._there:
            super().__enter__()
            self._there = True
        try:
            return super().send(*order, **how)
        except BaseException:
            self.__exit__(None, None, None)
            raise
