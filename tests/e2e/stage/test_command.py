"""`python -m stage` on a real demo, asked as a browser asks: proofs, runs in a terminal, and what it leaves behind."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from platforms.bookinfo import baseline
from tests.e2e.demo import Demo, until
from tools.staged import Picture, Staged, staged


@pytest.fixture(scope="module")
def stage(demo: Demo) -> Iterator[Staged]:
    """With little traffic, for the machine has other things to do."""
    with staged("--platform", "local", "--rate", "5", "--lang", "en", environment=demo.environment) as running:
        yield running


def _first(stage: Staged, wanted: Callable[[Picture], object]) -> Picture:
    """The first picture like this."""
    return next(picture for _, picture in stage.pictures() if wanted(picture))


@pytest.mark.exhaustive
def test_a_step_does_what_it_is_about(stage: Staged) -> None:
    """One key puts the rule of the episode in force, and counts its answers from then on; the proof takes over, and gives back."""
    stage.ask("goto", episode=3, phase="say")
    stage.ask("next")
    shown = _first(stage, lambda one: one["rule"]["status"] == "in_force" and one["traffic"]["answers"] > 20)

    assert [90, 10, 0] == shown["rule"]["weights"]
    assert {"v1": 0.9, "v2": 0.1, "v3": 0.0} == {
        name: one["asked"] for name, one in shown["traffic"]["versions"].items()
    }
    assert 0 == shown["traffic"]["versions"]["v3"]["answers"]

    stage.ask("goto", episode=3, phase="prove")
    proving = _first(stage, lambda one: one["run"] and one["run"]["answers"])
    assert ("stage", "canary", "proof") == (
        proving["run"]["from"],
        proving["run"]["scenario"],
        proving["traffic"]["status"],
    )
    assert all(frame["waits"] for frame in proving["frames"].values())
    assert proving["map"] is None

    over = _first(stage, lambda one: one["run"] and (one["run"]["verdict"] or one["run"]["error"]))
    stage.ask("reset")  # its command has not ended yet, but nobody has to know that
    assert ("HOLDS", "") == (over["run"]["verdict"], over["run"]["error"])
    back = _first(stage, lambda one: one["traffic"]["status"] == "running" and one["rule"]["status"] == "baseline")
    assert not any(frame["waits"] for frame in back["frames"].values())


@pytest.mark.exhaustive
def test_an_episode_more(demo: Demo) -> None:
    """Its rule comes into force by one key and its own command proves it, whose arrows are drawn while it runs."""
    with staged("--platform", "local", "--with", "zero_trust --open", environment=demo.environment) as running:
        running.ask("goto", episode=4, phase="do")
        in_force = _first(running, lambda one: one["rule"]["status"] == "in_force")
        running.ask("goto", episode=4, phase="prove")
        tried = _first(running, lambda one: one["run"] and one["run"]["tried"])
        over = _first(running, lambda one: one["run"] and (one["run"]["verdict"] or one["run"]["error"]))

    assert any(line["change"] == "-" for line in in_force["rule"]["lines"])
    assert tried["run"]["command"].startswith("python -m scenarios.zero_trust --open --platform local")
    assert ("FAILS", "") == (over["run"]["verdict"], over["run"]["error"])
    assert 15 == sum(one["state"] == "opened" for one in over["run"]["tried"])


@pytest.mark.exhaustive
def test_no_such_episode(demo: Demo, tmp_path: Path) -> None:
    """One line with file and line, before anything begins."""
    (file := tmp_path / "talk.txt").write_text("canary\nzero_trust --opened\n", encoding="utf-8")
    done = demo.typed("stage", "--platform", "local", "--talk", str(file))

    assert (2, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith(f"stage: {file}:2: 'zero_trust --opened': no such option '--opened'")
    assert 1 == done.stderr.count("\n")


@pytest.mark.exhaustive
def test_a_run_in_a_terminal_is_shown_and_left_alone(stage: Staged, demo: Demo) -> None:
    """The live traffic and the pages wait for it, so that its verdict is what it would be without a stage."""
    stage.ask("goto", episode=1, phase="say")
    _first(stage, lambda one: one["rule"]["status"] == "baseline" and one["traffic"]["status"] == "running")
    command = "python -m scenarios.fault_ratings"
    with demo.start("scenarios.fault_ratings") as run:
        seen = _first(stage, lambda one: one["run"] and one["run"]["command"] == command and one["run"]["answers"])
        said, _ = run.communicate(timeout=240)

    assert ("terminal", "proof") == (seen["run"]["from"], seen["traffic"]["status"])
    assert command in seen["notice"]
    assert 0 == run.returncode, said
    assert "HOLDS" == _first(stage, lambda one: one["run"]["verdict"])["run"]["verdict"]


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.exhaustive)])
def test_its_end_leaves_the_baseline(demo: Demo, number: signal.Signals) -> None:
    """By Ctrl-C as by SIGTERM, with a rule in force."""
    with staged("--platform", "local", environment=demo.environment) as running:
        running.ask("preset", number=4)
        _first(running, lambda one: one["rule"]["status"] == "in_force")
        running.process.send_signal(number)
        until(lambda: running.process.poll() is not None, what="it has ended", seconds=60)

    assert 0 == running.process.returncode
    assert baseline().revision == demo.status()["revision"]
    assert not (demo.folder / "local" / "journal.json").exists()
