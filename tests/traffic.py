"""One load generator for many runs, so that Locust is imported once."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from platforms.boundary import LoadGenerator
from scenarios.run.traffic import AnswerStream, Traffic, TrafficResult


class SharedTraffic(Traffic):
    """A load generator that is started when it is first needed, and again after a step that ended in the middle."""

    def __init__(self, generator: LoadGenerator) -> None:
        super().__init__(generator)
        self._running = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running:
            self._running = False
            super().__exit__(kind, error, trace)

    def begin(self, *order: Any, **how: Any) -> AnswerStream:
        if not self._running:
            super().__enter__()
            self._running = True
        return super().begin(*order, **how)

    def send(self, *order: Any, **how: Any) -> TrafficResult:
        try:
            return super().send(*order, **how)
        except BaseException:
            self.__exit__(None, None, None)
            raise
