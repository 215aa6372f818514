"""Recordings that somebody names, and those of the rehearsal."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from platforms.errors import UsageError
from scenarios.events.event import Ended, Event, Opened
from scenarios.events.line import encode
from scenarios.events.reading import opening, read
from scenarios.evidence.judgement import Verdict
from scenarios.messages.language import Language
from stage.episodes import Episode, deck, steps_of
from stage.recordings import files
from stage.talk import sentence
from tests.unit.stage.recorded import canary_run
from tools.rehearsal import CONTRARY, RECORDED, file_of


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


@pytest.fixture(autouse=True)
def _nothing_else_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))


@pytest.mark.parametrize("path", sorted(files.REHEARSAL.iterdir()), ids=lambda path: path.stem)
def test_what_came_along_is_what_is_shown(path: Path) -> None:
    """`python -m tools.rehearsal` makes it anew when the baseline, an episode or the form of recordings has changed."""
    recorded = opening(path).scenario
    (given,) = (one for one in RECORDED if steps_of(Episode.parse(one).scenario) == steps_of(recorded))
    (events,) = files.rehearsal((Episode.parse(given),))
    last = events[-1]

    assert file_of(given) == path
    assert read(path) == events
    assert isinstance(last, Ended)
    assert (Verdict.FAILS if given in CONTRARY else Verdict.HOLDS) == last.verdict


def test_another_run_of_this_machine(tmp_path: Path) -> None:
    """What did not come along is rehearsed from the newest run that came to an end, of whatever demo; or refused by name."""
    folder = tmp_path / "run" / "local" / "recordings"
    folder.mkdir(parents=True)
    other = Episode.parse("canary --weights 50,50,0")
    with pytest.raises(UsageError, match=r"--rehearse: no run of 'canary --weights 50,50,0' .* `python -m scenarios"):
        files.rehearsal((other,))
    opened, *events = canary_run()
    assert isinstance(opened, Opened)
    shown = [replace(opened, scenario=other.scenario), *events]
    _written(folder / "2.jsonl", shown)
    _written(folder / "3.jsonl", shown[:-1])
    (folder / "4.jsonl").write_text("damaged\n")

    assert (tuple(shown),) == files.rehearsal((other,))


def test_whom_a_run_is_about() -> None:
    """The second page is that user's."""
    assert ["", "opennaru", ""] == [files.user_of(events) for events in files.rehearsal(deck())]


def test_the_talk_about_a_run() -> None:
    """The deck's where that has its episode; else with one more, whose words are the run's."""
    opened = canary_run()[0]
    assert isinstance(opened, Opened)
    of_canary = files.talk_about([opened], deck())
    trial = Episode.parse("zero_trust --open")
    command = "python -m scenarios.zero_trust --open --lang ko"
    of_trial = files.talk_about([replace(opened, scenario=trial.scenario, command=command)], deck())
    own = replace(opened, scenario=replace(opened.scenario, name="prove"))

    assert (3, 3) == (len(of_canary[0]), of_canary[1])
    assert (4, 4) == (len(of_trial[0]), of_trial[1])
    assert sentence(Language.ENGLISH, (trial,), 1, "prove", user="") == sentence(
        Language.ENGLISH, of_trial[0], 4, "prove", user=""
    )
    assert (deck(), 1) == files.talk_about([own], deck())
