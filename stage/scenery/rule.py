"""The rule as the picture has it: beside the baseline, with what it is about."""

from __future__ import annotations

from dataclasses import replace

from platforms.boundary import State
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from stage import rules
from stage.parts import RuleStatus
from stage.picture import RuleView


class RuleDrawing:
    """The newest rule, drawn once: telling states apart takes longer than drawing all the rest of a picture."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._view = RuleView()

    def draw(self, status: RuleStatus, language: Language) -> RuleView:
        if status.state is not self._state:
            difference = rules.differs(status.state)
            self._view = RuleView(
                lines=difference.lines,
                yaml=difference.yaml,
                whole=difference.whole,
                weights=rules.weights_of(status.state),
                user=rules.routes_user(status.state),
                fault=rules.fault_of(status.state),
            )
            self._state = status.state
        return replace(
            self._view,
            status=status.status,
            title=render(status.title, language),
            revision=status.revision,
            proxies=status.proxies,
            after_ms=status.after_ms,
            since_ms=status.since_ms,
            undo=status.undo,
        )
