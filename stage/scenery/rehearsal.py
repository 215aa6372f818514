"""A rehearsal: the whole talk without a demo, each episode shown from the recording of a run that went well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenarios.events.event import Accepted, Event, InForce, Sent
from stage.frames.stand_in import StandIn
from stage.picture import Mode, Picture, ShowView
from stage.recordings.player import Moment, moments
from stage.recordings.run_so_far import BASELINE
from stage.scenery.replay import Replay
from stage.show import Place, Show

_PROOF_SPEED = 8.0
"""The recordings were made with as many requests a second as the live traffic has; no proof takes so long."""
_PROOF_SECONDS = 8.0
"""But one that was over in a moment is to be seen, too."""


class Rehearsal(Replay):
    """The step of the talk decides what is played of which recording."""

    mode: Mode = "rehearsal"

    def __init__(
        self, recorded: Sequence[Sequence[Event]], canary: Sequence[Event], stand_in: StandIn | None = None
    ) -> None:
        """`recorded` has a run for each episode; one of `canary` begins with the baseline under traffic, as every episode does."""
        self._recorded = [moments(events) for events in recorded]
        self._canary = moments(canary)
        self._rule_of = 0
        super().__init__(canary, stand_in)
        self._play_baseline()

    def draw(self, show: Show, view: ShowView, now_ms: int) -> Picture:
        picture = super().draw(show, view, now_ms)
        return picture if show.place.phase == "prove" else replace(picture, run=None)

    def enter(self, place: Place, show: Show) -> None:
        """Play what would happen at this step: the baseline, the rule of the episode, or its proof."""
        played, shown = self._recorded[place.number - 1], show.episode.scenario.shown
        shows_rule = place.phase in ("do", "show") and shown.state != BASELINE.state
        if shows_rule and self._rule_of == place.number:
            return
        self._rule_of = place.number if shows_rule else 0
        if shows_rule:
            self._play_step(played, show.episode.scenario.steps.index(shown), Accepted)
        elif place.phase == "prove":
            self.play(played)
            self.steer(speed=min(_PROOF_SPEED, max(1.0, (played[-1].at - played[0].at) / _PROOF_SECONDS)))
        else:
            self._play_baseline()

    def _play_baseline(self) -> None:
        self._play_step(self._canary, 0, InForce)

    def _play_step(self, played: Sequence[Moment], step: int, begins: type[Accepted | InForce]) -> None:
        """Play a step of a run from this event to the last of its answers."""
        begin, end = (
            next(place for place, one in enumerate(played) if isinstance(one.what, kind) and one.what.step == step)
            for kind in (begins, Sent)
        )
        self.play(played, at=played[begin].at, end=end + 1)
