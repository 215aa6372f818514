"""The recordings of the stage's rehearsal, made anew on the demo that is up: `python -m tools.rehearsal [EPISODE]…`.

As many requests a second as the stage's live traffic has, so that a rehearsal looks like the talk; more where a run takes
minutes. The answers of a step are joined to one line, for these files stand in git.
"""

from __future__ import annotations

import re
import subprocess  # noqa: TID251  # the scenarios are commands
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.environment import ROOT
from platforms.selection import connect
from scenarios.events.event import Answered, Event, Opened, Sent
from scenarios.events.line import encode
from scenarios.events.reading import SUFFIX, read, recordings
from scenarios.registry import COMMANDS, SHOWN
from stage.episodes import Episode
from stage.recordings.files import REHEARSAL

CONTRARY = ("zero_trust --open", "rollout --break v2=errors:20%")
"""What is worth showing because it FAILS."""
RECORDED = (*SHOWN, *CONTRARY)
_URL = "http://127.0.0.1:9080/productpage"
_RATE = "15"
_QUICK = ("rollout", "mirroring", "circuit_breaking", "scale_out")
"""They take too long at that rate, or have to be sure while an instance is out: they are asked as fast as the page answers."""


@click.command("rehearsal", cls=TitledCommand)
@click.argument("wanted", nargs=-1, metavar="[EPISODE]...")
def rehearsal(wanted: Sequence[str]) -> int:
    """Run these episodes on the demo that is up, or all, and keep their recordings for the stage's rehearsal.

    An episode that does not end as it should is the last one.
    """
    episodes = [Episode.parse(given) for given in wanted or RECORDED]
    key = connect().key
    for episode in episodes:
        rate = ["--rate", _RATE] if episode.name in COMMANDS and episode.name not in _QUICK else []
        command = [sys.executable, "-m", f"scenarios.{episode.name}", *episode.words, *rate]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code != (1 if str(episode) in CONTRARY else 0):
            return code or 1
        file_of(str(episode)).write_text(packed(read(recordings(key)[0])), encoding="utf-8")
    return 0


def file_of(given: str) -> Path:
    """Return where the recording of an episode stands."""
    return REHEARSAL / f"{'-'.join(re.findall('[a-z_]+', given)[:2])}{SUFFIX}"


def packed(events: Iterable[Event]) -> str:
    """Write a recording in few lines, with the address that a demo has by default."""
    return "".join(f"{encode(event)}\n" for event in _joined(events))


def _joined(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events with all answers of a step in one, before the one that ends it."""
    answers: list[Answered] = []
    for event in events:
        match event:
            case Answered():
                answers.append(event)
            case Opened():
                yield replace(event, url=_URL)
            case Sent() if answers:
                seen = tuple(one for answered in answers for one in answered.seen)
                yield Answered(event.step, seen, at=answers[-1].at)
                answers.clear()
                yield event
            case _:
                yield event


if __name__ == "__main__":
    sys.exit(command_line.main(rehearsal, "python -m tools.rehearsal"))
