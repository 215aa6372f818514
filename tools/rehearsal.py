"""The recordings of the stage's rehearsal, made anew on the demo that is up: `python -m tools.rehearsal`.

As many requests a second as the stage's live traffic has, so that a rehearsal looks like the talk. The answers of a step are
joined to one line, for these files stand in git.
"""

from __future__ import annotations

import subprocess  # noqa: TID251  # the scenarios are commands
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from platforms.environment import ROOT
from platforms.selection import connect
from scenarios.events.event import Answered, Event, Opened, Sent
from scenarios.events.line import encode
from scenarios.events.reading import SUFFIX, read, recordings

FOLDER = ROOT / "stage" / "recordings" / "rehearsal"
_SCENARIOS = ("fault_ratings", "user_routing", "canary")
_URL = "http://127.0.0.1:9080/productpage"
_RATE = "15"


def main() -> int:
    """Run the three scenarios, and keep their recordings; returns the exit code of the first that does not hold."""
    key = connect().key
    for name in _SCENARIOS:
        command = [sys.executable, "-m", f"scenarios.{name}", "--rate", _RATE]
        if code := subprocess.run(command, cwd=ROOT, check=False).returncode:
            return code
        (FOLDER / f"{name}{SUFFIX}").write_text(packed(read(recordings(key)[0])), encoding="utf-8")
    return 0


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
    sys.exit(main())
