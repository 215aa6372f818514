"""Recordings that somebody names, and those of the rehearsal."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from platforms.errors import UsageError
from scenarios import canary, fault_ratings, user_routing
from scenarios.events.event import Ended, Event, Opened
from scenarios.events.line import encode
from scenarios.evidence.judgement import Verdict
from scenarios.scenario import Scenario
from stage.recordings import files
from stage.show import EPISODES
from tests.unit.stage.recorded import canary_run

MARGIN = Fraction(5, 100)


def _written(path: Path, events: list[Event]) -> Path:
    path.write_text("".join(f"{encode(event)}\n" for event in events), encoding="utf-8")
    return path


def test_a_file_or_the_newest_in_a_folder(tmp_path: Path) -> None:
    """As `--replay` takes them: what a run with `--report` leaves beside its report."""
    older = _written(tmp_path / "b.jsonl", canary_run()[:2])
    os.utime(older, (1, 1))
    newer = _written(tmp_path / "a.jsonl", canary_run())

    assert canary_run() == list(files.named(str(newer)))
    assert files.named(str(newer)) == files.named(str(tmp_path))
    assert canary_run()[:2] == list(files.named(str(older)))


@pytest.mark.parametrize("name", ["", "no-such-file", "report.json"])
def test_no_recording(tmp_path: Path, name: str) -> None:
    """Refused in one line with what was given: a folder without one, a file that is not there, another file."""
    (tmp_path / "report.json").write_text("{}\n")
    with pytest.raises(UsageError, match=name or "no recording in there") as refused:
        files.named(str(tmp_path / name))

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("episode", "scenario"),
    [
        (1, fault_ratings.COMMAND.build(MARGIN, keep=False, fault="abort", reviews="v3")),
        (2, user_routing.COMMAND.build(MARGIN, keep=False, user="opennaru", others=None, as_on_slide=False)),
        (3, canary.COMMAND.build(MARGIN, keep=False, weights="90,10,0")),
    ],
)
def test_the_rehearsal_is_of_runs_that_hold(episode: int, scenario: Scenario) -> None:
    """`python -m tools.rehearsal` makes them anew when the baseline, an episode or the form of recordings has changed."""
    events = files.rehearsal()[episode]
    first, last = events[0], events[-1]

    assert isinstance(first, Opened)
    assert [step.state for step in scenario.steps] == [step.state for step in first.scenario.steps]
    assert episode == files.episode_of(events)
    assert isinstance(last, Ended)
    assert Verdict.HOLDS == last.verdict


def test_whom_a_run_is_about() -> None:
    """The second page is that user's."""
    assert ["", "opennaru", ""] == [files.user_of(files.rehearsal()[episode]) for episode in EPISODES]
