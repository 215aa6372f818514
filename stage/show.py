"""The place in the talk and how it is looked at, as values: every key makes another one of the one before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from platforms.errors import UsageError
from scenarios.messages.language import Language
from stage.episodes import Episode, Talk, deck
from stage.picture import Phase, Who

PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the talk."""

    number: int = 1
    """Of the episode, from 1."""
    phase: Phase = PHASES[0]


@dataclass(frozen=True, slots=True)
class Show:
    """What every browser shows alike."""

    language: Language
    user: str
    """The end user of the second page, whom an episode of one user is about."""
    talk: Talk = field(default_factory=deck)
    place: Place = field(default_factory=Place)
    dark: bool = False
    large: Who = ""
    talk_started_ms: int = 0
    """0 until the first step."""
    step_started_ms: int = 0

    @property
    def episode(self) -> Episode:
        """The one that the talk has come to."""
        return self.talk[self.place.number - 1]

    @property
    def steps(self) -> tuple[Place, ...]:
        """All of the talk, in order."""
        return tuple(Place(number, phase) for number, _ in enumerate(self.talk, start=1) for phase in PHASES)

    def named(self, episode: object, phase: object) -> Place:
        """Return the step of that name; raises UsageError where the talk has none."""
        found = next((one for one in self.steps if (one.number, one.phase) == (episode, phase)), None)
        if found is None or isinstance(episode, bool):
            raise UsageError(
                f"episode {episode!a}, phase {phase!a}: no step of the talk; episodes are 1 to {len(self.talk)}"
            )
        return found

    def moved(self, by: Literal[1, -1]) -> Place:
        """Return the step after this one, or before it; the talk ends where it ends."""
        at = self.steps.index(self.place) + by
        return self.steps[min(max(at, 0), len(self.steps) - 1)]

    def at(self, place: Place, now_ms: int) -> Show:
        """Return the show at this place; the first step starts the clock of the talk."""
        if place == self.place and self.talk_started_ms:
            return self
        return replace(self, place=place, talk_started_ms=self.talk_started_ms or now_ms, step_started_ms=now_ms)
