"""Every command under one name."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251  # what was typed is the command line of a process
import sys
from pathlib import Path

import pytest

from bookinfo import command as bookinfo
from platforms.environment import ROOT, VERSION
from scenarios.registry import COMMANDS


def test_no_command_hides_another() -> None:
    """A name means one command, and every scenario and every command about the demo has one."""
    demo, shows = set(bookinfo.demo_commands()), set(bookinfo.shows())
    assert not demo & shows
    assert {"up", "down", "apply", "check"} <= demo
    assert {*COMMANDS, "prove", "zero_trust", "controls", "report", "stage"} == shows


@pytest.mark.parametrize("name", ["up", "canary", "zero_trust", "prove", "controls", "report", "stage"])
def test_a_command_gets_the_words_behind_its_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`bookinfo NAME --help` is that command's own help."""
    assert 0 == bookinfo.main([name, "--help"])
    assert name in capsys.readouterr().out.partition("\n")[0]


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt command is refused with exit 2, and changes nothing."""
    assert 2 == bookinfo.main(["canaries"])
    assert "bookinfo: 'canaries': no such command; `bookinfo --help` lists them\n" == capsys.readouterr().err


def test_the_help_and_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command the commands are listed, and the version is the one that is packaged."""
    assert (0, 0) == (bookinfo.main([]), bookinfo.main(["--version"]))
    told = capsys.readouterr().out
    assert "canary" in told
    assert told.endswith(f"bookinfo-proof {VERSION}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["status", "--help"], "Usage: python -m bookinfo status ", marks=pytest.mark.exhaustive),
        (["apply", "--help"], "example: python -m bookinfo apply -f "),
        pytest.param(
            ["canary", "--help", "--lang", "en"], "Usage: python -m bookinfo canary ", marks=pytest.mark.exhaustive
        ),
        pytest.param(
            ["canary", "--help", "--lang", "ko"], "python -m bookinfo canary --weights", marks=pytest.mark.exhaustive
        ),
        (["prove", "--lang", "en"], "`python -m bookinfo prove -f rules/ -f expect.yaml`"),
        pytest.param(
            ["up", "--port", "x"], "`python -m bookinfo up --help` shows what is possible", marks=pytest.mark.exhaustive
        ),
        pytest.param(
            ["status", "--platform", "local"], "or `python -m bookinfo up`) brings it up", marks=pytest.mark.exhaustive
        ),
    ],
)
def test_the_command_is_named_as_it_was_typed(words: list[str], said: str, tmp_path: Path) -> None:
    """In help, in what is wrong with a command line, and in what to do next."""
    environment = {**os.environ, "BOOKINFO_RUN": str(tmp_path)}
    command = (sys.executable, "-m", "bookinfo", *words)
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert said in " ".join((found.stdout + found.stderr).split())
    assert "-m platforms" not in found.stdout + found.stderr
