"""A rehearsal: the whole talk without a demo, each episode shown from the recording of a run that went well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scenarios.events.event import Accepted, Event, Opened, Sent
from stage.frames.stand_in import StandIn
from stage.picture import Mode, Picture, ShowView
from stage.recordings.player import Moment, moments
from stage.scenery.replay import Replay
from stage.show import EPISODES, Place, Show

_PROOF_SPEED = 8.0
"""The recordings were made with as many requests a second as the live traffic has; no proof takes so long."""


class Rehearsal(Replay):
    """The step of the talk decides what is played of which recording."""

    mode: Mode = "rehearsal"

    def __init__(self, recorded: Mapping[int, Sequence[Event]], stand_in: StandIn | None = None) -> None:
        """`recorded` has a run for each episode."""
        self._recorded = {episode: moments(events) for episode, events in recorded.items()}
        self._rule_of = 0
        super().__init__(recorded[EPISODES[0]], stand_in)
        self.play(self._recorded[EPISODES[0]], end=1)

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:
        picture = super().draw(show, view, now_ms)
        return picture if show.place.phase == "prove" else replace(picture, run=None)

    def enter(self, place: Place, show: Show) -> None:  # noqa: ARG002  # the user is the recording's
        """Play what would happen at this step: the baseline, the rule of the episode, or its proof."""
        played = self._recorded[place.episode]
        shows_rule = place.phase in ("do", "show")
        if shows_rule and self._rule_of == place.episode:
            return
        self._rule_of = place.episode if shows_rule else 0
        if shows_rule:
            begin, end = _rule(played)
            self.play(played, at=played[begin].at, end=end)
        elif place.phase == "prove":
            self.play(played)
            self.steer(speed=_PROOF_SPEED)
        else:
            self.play(played, end=1)


def _rule(played: Sequence[Moment]) -> tuple[int, int]:
    """Return where the rule that the episode is about is given to the demo, and where its traffic ends."""
    opened = played[0].what
    point = opened.scenario.point if isinstance(opened, Opened) else 0
    begins, ends = (
        next(place for place, one in enumerate(played) if isinstance(one.what, kind) and one.what.step == point)
        for kind in (Accepted, Sent)
    )
    return begins, ends + 1
