"""Where recordings are: one that somebody names, and those that a rehearsal is made of."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from platforms.errors import UsageError
from scenarios.events.event import Ended, Event, Opened
from scenarios.events.reading import SUFFIX, all_recordings, opening, read
from scenarios.registry import SHOWN
from stage.episodes import Episode, Talk, steps_of

REHEARSAL = Path(__file__).with_name("rehearsal")
CANARY = REHEARSAL / f"canary{SUFFIX}"
_PROGRAM = 3
"""Words before a scenario's options: `python -m scenarios.NAME`."""


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


def talk_about(events: Sequence[Event], talk: Talk) -> tuple[Talk, int]:
    """Return the talk with the episode that a run shows, and its number; the first, for a scenario of somebody's own."""
    first = events[0]
    if not isinstance(first, Opened) or first.scenario.name not in SHOWN:
        return talk, 1
    episode = Episode.showing(first.scenario, tuple(shlex.split(first.command)[_PROGRAM:]))
    number = next((at for at, one in enumerate(talk, start=1) if one.name == episode.name), len(talk) + 1)
    return (*talk[: number - 1], episode, *talk[number:]), number


def user_of(events: Sequence[Event]) -> str:
    """Return the end user whom a run is about; empty where it is about nobody by name."""
    first = events[0]
    users = [one.end_user for one in first.scenario.expectations] if isinstance(first, Opened) else []
    return next(filter(None, users), "")


def rehearsal(talk: Talk) -> tuple[tuple[Event, ...], ...]:
    """Read a run of each episode: of those that came along, else the newest on this machine; raises UsageError where there is none."""
    return tuple(_run_of(episode) for episode in talk)


def _run_of(episode: Episode) -> tuple[Event, ...]:
    for path in _candidates(episode):
        events = read(path)
        if isinstance(events[-1], Ended):
            return events
    prove = " ".join(("python -m", *episode.arguments("NAME")))
    raise UsageError(f"--rehearse: no run of '{episode}' is recorded on this machine: `{prove}` on a demo is")


def _candidates(episode: Episode) -> Iterator[Path]:
    for path in (*sorted(REHEARSAL.glob(f"*{SUFFIX}")), *all_recordings()):
        with contextlib.suppress(UsageError):  # another version's, or damaged
            recorded = opening(path).scenario
            if recorded.name == episode.name and steps_of(recorded) == steps_of(episode.scenario):
                yield path
