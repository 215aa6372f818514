"""A rehearsal: the whole talk without a demo, each episode shown from the recording of a run that went well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scenarios.events.event import Accepted, Event, InForce, Opened, Sent
from stage.frames.stand_in import StandIn
from stage.picture import Mode, Picture, ShowView
from stage.recordings.player import moments
from stage.scenery.replay import Replay
from stage.show import Place, Show

_EVEN = 3
"""The canary begins with the baseline under traffic, which is what every episode begins with."""
_PROOF_SPEED = 8.0
"""The recordings were made with as many requests a second as the live traffic has; no proof takes so long."""


class Rehearsal(Replay):
    """The step of the talk decides what is played of which recording."""

    mode: Mode = "rehearsal"

    def __init__(self, recorded: Mapping[int, Sequence[Event]], stand_in: StandIn | None = None) -> None:
        """`recorded` has a run for each episode."""
        self._recorded = {episode: moments(events) for episode, events in recorded.items()}
        self._rule_of = 0
        super().__init__(recorded[_EVEN], stand_in)
        self._play_step(_EVEN, 0, InForce)

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:
        picture = super().draw(show, view, now_ms)
        return picture if show.place.phase == "prove" else replace(picture, run=None)

    def enter(self, place: Place, show: Show) -> None:  # noqa: ARG002  # the user is the recording's
        """Play what would happen at this step: the baseline, the rule of the episode, or its proof."""
        shows_rule = place.phase in ("do", "show")
        if shows_rule and self._rule_of == place.episode:
            return
        self._rule_of = place.episode if shows_rule else 0
        if shows_rule:
            opened = self._recorded[place.episode][0].what
            self._play_step(place.episode, opened.scenario.point if isinstance(opened, Opened) else 0, Accepted)
        elif place.phase == "prove":
            self.play(self._recorded[place.episode])
            self.steer(speed=_PROOF_SPEED)
        else:
            self._play_step(_EVEN, 0, InForce)

    def _play_step(self, episode: int, step: int, begins: type[Accepted | InForce]) -> None:
        """Play a step of a run from this event to the last of its answers."""
        played = self._recorded[episode]
        begin, end = (
            next(place for place, one in enumerate(played) if isinstance(one.what, kind) and one.what.step == step)
            for kind in (begins, Sent)
        )
        self.play(played, at=played[begin].at, end=end + 1)
