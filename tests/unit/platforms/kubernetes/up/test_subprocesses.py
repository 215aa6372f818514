"""Commands of others end when they should, and say why they failed."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251  # a bring-up that is killed
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from platforms.environment import ROOT
from platforms.errors import Busy
from platforms.kubernetes.up import subprocesses
from platforms.kubernetes.up.subprocesses import CommandFailed, Commands, ask
from platforms.wait import wait_until
from tests.unit.platforms.kubernetes.up.programs import put

KILLED = """
import sys
from pathlib import Path
from platforms.kubernetes.up.subprocesses import Commands
with Commands(Path(sys.argv[1]), {}, print) as commands:
    commands.run("sh", "-c", "echo begun; exec cat gate", seconds=60, log="cat")
"""


def commands(folder: Path) -> Commands:
    return Commands(folder, {}, lambda _step: None)


def until_begun(log: Path) -> None:
    assert wait_until(lambda: log.exists() and "begun" in log.read_text(), 30, every=0.01), f"nothing in {log}"


def test_a_failure_quotes_the_last_words(tmp_path: Path) -> None:
    """A command that fails is named with its exit code, its log and what it said last."""
    with commands(tmp_path) as some, pytest.raises(CommandFailed) as failed:
        some.run("sh", "-c", "echo one; echo two >&2; exit 7", seconds=60, log="try")

    assert str(failed.value).endswith(f"failed (exit 7, log {tmp_path}/logs/try.log): one / two")


def test_a_question_that_fails(tmp_path: Path) -> None:
    """So is one that is asked for its output, and one that is not there at all."""
    put(tmp_path, "kind", "echo 'no such cluster' >&2; exit 1")

    with pytest.raises(CommandFailed, match="`kind get nodes` failed: no such cluster"):
        ask(str(tmp_path / "kind"), "get", "nodes")
    with pytest.raises(CommandFailed, match="`nothing` cannot be started: No such file or directory"):
        ask(str(tmp_path / "nothing"))


def test_a_command_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended with everything that it has started."""
    monkeypatch.setattr("platforms.kubernetes.up.subprocesses.ORPHAN_SECONDS", 20.0)
    with commands(tmp_path) as some, pytest.raises(CommandFailed, match=r"did not end within 0\.3 s"):
        some.run("sh", "-c", "sleep 60 & wait", seconds=0.3, log="slow")
    with commands(tmp_path):  # raises Busy where anything still runs: it would hold the lock
        pass


def test_the_first_failure_ends_the_others(tmp_path: Path) -> None:
    """Of commands at the same time, one that fails ends those that still run, and nothing is started any more."""
    log = tmp_path / "logs" / "long.log"
    long = ("sh", "-c", "echo begun; exec sleep 60")
    began = time.monotonic()
    with commands(tmp_path) as some:

        def fail() -> None:
            until_begun(log)
            some.run("false", seconds=60, log="short")

        with pytest.raises(CommandFailed, match="`false` failed"):
            some.together(partial(some.run, *long, seconds=60, log="long"), fail)
        with pytest.raises(CommandFailed, match="was not started"):
            some.run("true", seconds=60, log="later")

    assert time.monotonic() - began < 30


def test_the_first_failure_is_told(tmp_path: Path) -> None:
    """However deep it happened: what was ended because of it is no reason."""
    log = tmp_path / "logs" / "long.log"
    with commands(tmp_path) as some:

        def deep() -> None:
            until_begun(log)
            some.together(partial(some.run, "sh", "-c", "echo broken; exit 1", seconds=60, log="deep"))

        long = partial(some.run, "sh", "-c", "echo begun; exec sleep 60", seconds=60, log="long")
        with pytest.raises(CommandFailed, match="broken"):
            some.together(long, deep)


def test_a_killed_bring_up_is_waited_for(tmp_path: Path) -> None:
    """The next bring-up waits for the command that a killed one left running, and names it."""
    os.mkfifo(gate := tmp_path / "gate")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=tmp_path, env=environment)
    until_begun(tmp_path / "logs" / "cat.log")
    killed.kill()
    killed.wait()
    said: list[str] = []

    def say(step: str) -> None:
        if not said:
            gate.write_text("")  # the command ends
        said.append(step)

    with Commands(tmp_path, {}, say):
        pass

    # Its process group is noted a moment after it has begun, which may be too late.
    assert said
    assert all(step.startswith("waiting for `sh -c echo begun; exec cat gate`") for step in said), said


def test_a_command_has_its_name_before_it_runs(tmp_path: Path) -> None:
    """However early the bring-up is killed, what it has started can be told by name."""
    with commands(tmp_path) as some:
        some.run("cat", str(tmp_path / "running"), seconds=60, log="cat")

    assert (tmp_path / "logs" / "cat.log").read_text().startswith(f"`cat {tmp_path}/running`")


def test_one_that_does_not_end_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting has an end too."""
    monkeypatch.setattr(subprocesses, "ORPHAN_SECONDS", 0.2)
    with commands(tmp_path), pytest.raises(Busy, match="is still running: end it"), commands(tmp_path):
        pass
