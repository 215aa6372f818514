"""A stage without changes, traffic and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.errors import Unsupported
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from stage.parts import RuleStatus
from stage.picture import Dot, MapView, RunView, TrafficView


class Quiet:
    """Nobody changes anything, and nobody sends requests."""

    status = RuleStatus("baseline", Message("run.baseline"), State(baseline()))
    problem = ""

    def apply(self, state: State, title: Text) -> None:  # noqa: ARG002
        raise Unsupported("no rule can be changed yet")

    def undo(self) -> None:
        raise Unsupported("no rule can be changed yet")

    def reset(self) -> None:
        raise Unsupported("no rule can be changed yet")

    def prove(self, arguments: Sequence[str]) -> None:  # noqa: ARG002
        raise Unsupported("no rule can be changed yet")

    def stop_proof(self) -> None: ...

    def start(self, rate: float, users: Sequence[str]) -> None: ...

    def forget(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def count_from(self, at_ms: int, asked: Mapping[str, float | None]) -> None: ...

    def rolling(self) -> TrafficView:
        return TrafficView()

    def dots(self, after: int) -> tuple[int, tuple[Dot, ...]]:
        return after, ()

    def latest(self) -> MapView | None:
        return None

    def view(self, language: Language) -> RunView | None:  # noqa: ARG002
        return None

    def elsewhere(self) -> str | None:
        return None

    def close(self) -> None: ...
