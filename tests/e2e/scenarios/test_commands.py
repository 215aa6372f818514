"""The scenario commands as typed, as far as they need no demo."""

from __future__ import annotations

from pathlib import Path

from scenarios.registry import COMMANDS
from tests.commands import run


def test_the_list_names_each_scenario_with_an_example(tmp_path: Path) -> None:
    """One line each, and a command that can be typed, in the order of the slides."""
    listed = run("scenarios", environment={"BOOKINFO_RUN": str(tmp_path)})

    assert 0 == listed.returncode
    assert list(COMMANDS) == [line for line in listed.stdout.splitlines() if line in COMMANDS]
    assert "python -m scenarios.canary --weights 90,10,0" in listed.stdout
    assert "python -m scenarios.user_routing --user opennaru" in listed.stdout


def test_without_a_demo_the_command_that_brings_it_up_is_named(tmp_path: Path) -> None:
    """Exit 3, one line on stderr, nothing on stdout."""
    ended = run("scenarios.canary", environment={"BOOKINFO_RUN": str(tmp_path)})

    assert (3, "") == (ended.returncode, ended.stdout)
    assert 1 == len(ended.stderr.splitlines())
    assert "make demo-up" in ended.stderr


def test_bad_input_gets_one_clear_line(tmp_path: Path) -> None:
    """Exit 2 before anything is connected to; the line names the option."""
    ended = run("scenarios.canary", "--weights", "-1,101,0", environment={"BOOKINFO_RUN": str(tmp_path)})

    assert (2, "") == (ended.returncode, ended.stdout)
    assert 1 == len(ended.stderr.splitlines())
    assert "--weights" in ended.stderr
    assert not list(tmp_path.iterdir())
