"""Where recordings are: one that somebody names, and those that the rehearsal is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from platforms.errors import UsageError
from scenarios.events.event import Event, Opened
from scenarios.events.reading import SUFFIX, read

_REHEARSAL = Path(__file__).with_name("rehearsal")
_EPISODES = {1: "fault_ratings", 2: "user_routing", 3: "canary"}


def named(given: str) -> tuple[Event, ...]:
    """Read the recording at a path, or the newest one in that folder; raises UsageError where there is none."""
    path = Path(given)
    if path.is_dir():
        found = max(path.glob(f"[!.]*{SUFFIX}"), default=None, key=lambda one: one.stat().st_mtime)
        if found is None:
            raise UsageError(
                f"--replay {given}: no recording in there; a run with --report leaves one beside its report"
            )
        path = found
    return read(path)


def episode_of(events: Sequence[Event]) -> int:
    """Return the episode that a run belongs to; the first, for a scenario of somebody's own."""
    first = events[0]
    name = first.scenario.name if isinstance(first, Opened) else ""
    return next((episode for episode, known in _EPISODES.items() if known == name), 1)


def user_of(events: Sequence[Event]) -> str:
    """Return the end user whom a run is about; empty where it is about nobody by name."""
    first = events[0]
    users = [one.end_user for one in first.scenario.expectations] if isinstance(first, Opened) else []
    return next(filter(None, users), "")


def rehearsal() -> Mapping[int, tuple[Event, ...]]:
    """Read the recording of a run that went well, of each episode."""
    return {episode: read(_REHEARSAL / f"{name}{SUFFIX}") for episode, name in _EPISODES.items()}
