"""Where recordings are: one that somebody names, and those that the rehearsal is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platforms.errors import UsageError
from scenarios.events.event import Event
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


def rehearsal() -> Mapping[int, tuple[Event, ...]]:
    """Read the recording of a run that went well, of each episode."""
    return {episode: read(_REHEARSAL / f"{name}{SUFFIX}") for episode, name in _EPISODES.items()}
