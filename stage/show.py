"""The place in the talk and how it is looked at, as values: every key makes another one of the one before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from platforms.errors import UsageError
from scenarios.messages.language import Language
from stage.picture import Phase, Who

EPISODES = (1, 2, 3)
PHASES: tuple[Phase, ...] = get_args(Phase)

_STEPS = tuple((episode, phase) for episode in EPISODES for phase in PHASES)


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the talk."""

    episode: int = EPISODES[0]
    phase: Phase = PHASES[0]

    @classmethod
    def named(cls, episode: object, phase: object) -> Place:
        """Return the place of that name; raises UsageError where the talk has none."""
        found = next((step for step in _STEPS if step == (episode, phase)), None)
        if found is None or isinstance(episode, bool):
            raise UsageError(f"episode {episode!a}, phase {phase!a}: no step of the talk; episodes are 1 to 3")
        return cls(*found)

    def moved(self, by: Literal[1, -1]) -> Place:
        """Return the step after this one, or before it; the talk ends where it ends."""
        at = _STEPS.index((self.episode, self.phase)) + by
        return Place(*_STEPS[min(max(at, 0), len(_STEPS) - 1)])


@dataclass(frozen=True, slots=True)
class Show:
    """What every browser shows alike."""

    language: Language
    user: str
    """The end user of the second page, whom the second episode is about."""
    place: Place = field(default_factory=Place)
    dark: bool = False
    large: Who = ""
    talk_started_ms: int = 0
    """0 until the first step."""
    step_started_ms: int = 0

    def at(self, place: Place, now_ms: int) -> Show:
        """Return the show at this place; the first step starts the clock of the talk."""
        if place == self.place and self.talk_started_ms:
            return self
        return replace(self, place=place, talk_started_ms=self.talk_started_ms or now_ms, step_started_ms=now_ms)
