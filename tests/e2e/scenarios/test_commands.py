"""The scenario commands as typed, as far as they need no demo."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251  # the command is run as somebody would run it
import sys
from pathlib import Path

from platforms.environment import ROOT
from scenarios.registry import COMMANDS


def typed(*words: str, run: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "BOOKINFO_RUN": str(run)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_list_names_each_scenario_with_an_example(tmp_path: Path) -> None:
    """One line each, and a command that can be typed, in the order of the slides."""
    listed = typed("scenarios", run=tmp_path)

    assert 0 == listed.returncode
    assert list(COMMANDS) == [line for line in listed.stdout.splitlines() if line in COMMANDS]
    assert "python -m scenarios.canary --weights 90,10,0" in listed.stdout
    assert "python -m scenarios.user_routing --user opennaru" in listed.stdout


def test_without_a_demo_the_command_that_brings_it_up_is_named(tmp_path: Path) -> None:
    """Exit 3, one line on stderr, nothing on stdout."""
    ended = typed("scenarios.canary", run=tmp_path)

    assert (3, "") == (ended.returncode, ended.stdout)
    assert 1 == len(ended.stderr.splitlines())
    assert "make demo-up" in ended.stderr


def test_bad_input_gets_one_clear_line(tmp_path: Path) -> None:
    """Exit 2 before anything is connected to; the line names the option."""
    ended = typed("scenarios.canary", "--weights", "-1,101,0", run=tmp_path)

    assert (2, "") == (ended.returncode, ended.stdout)
    assert 1 == len(ended.stderr.splitlines())
    assert "--weights" in ended.stderr
    assert not list(tmp_path.iterdir())
