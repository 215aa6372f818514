"""The scenario commands as typed, as far as they need no demo."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251  # the command is run as somebody would run it
import sys
from pathlib import Path

import pytest

from platforms.environment import ROOT

NAMES = ("fault_ratings", "user_routing", "canary")


def typed(*words: str, run: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", *words],
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
    assert list(NAMES) == [line for line in listed.stdout.splitlines() if line in NAMES]
    assert "python -m scenarios.canary --weights 90,10,0" in listed.stdout
    assert "python -m scenarios.user_routing --user opennaru" in listed.stdout


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example_and_the_exit_codes(name: str, tmp_path: Path) -> None:
    """And every common option."""
    helped = typed(f"scenarios.{name}", "--help", run=tmp_path)

    assert 0 == helped.returncode
    assert f"example: python -m scenarios.{name}" in helped.stdout
    assert "0 HOLDS, 1 FAILS, 4 INCONCLUSIVE" in helped.stdout
    for option in ("platform", "requests", "margin", "rate", "duration", "json", "report", "keep", "quiet", "verbose"):
        assert f"--{option}" in helped.stdout


@pytest.mark.parametrize("name", NAMES)
def test_without_a_demo_the_command_that_brings_it_up_is_named(name: str, tmp_path: Path) -> None:
    """Exit 3, one line on stderr, nothing on stdout."""
    ended = typed(f"scenarios.{name}", run=tmp_path)

    assert (3, "") == (ended.returncode, ended.stdout)
    assert 1 == len(ended.stderr.splitlines())
    assert "make demo-up" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        *[
            ("canary", "--weights", weights)
            for weights in ("90,10", "a,b,c", "0,0,0", "-1,101,0", "nan,1,1", "1e400,0,0", "")
        ],
        ("user_routing", "--user", ""),
        ("user_routing", "--user", "a\nb"),
        ("user_routing", "--user", "홍" * 86),
        ("user_routing", "--others", "v3"),
        ("user_routing", "--as-on-slide", "--others", "v1"),
        ("fault_ratings", "--fault", "fire"),
        ("fault_ratings", "--reviews", "v1"),
        ("canary", "--requests", "0"),
        ("canary", "--requests", "٣"),
        ("canary", "--margin", "0"),
        ("canary", "--margin", "51"),
        ("canary", "--margin", "nan"),
        ("canary", "--rate", "-1"),
        ("canary", "--duration", "60"),
        ("canary", "--requests", "9", "--rate", "15", "--duration", "60"),
        ("canary", "--requests", "1000001"),
        ("canary", "--platform", "moon"),
        ("canary", "--report", ""),
        ("canary", "--quiet", "--verbose"),
        ("canary", "--nonsense"),
    ],
)
def test_bad_input_gets_one_clear_line(words: tuple[str, ...], tmp_path: Path) -> None:
    """Exit 2 before anything is connected to; the line names the option."""
    ended = typed(f"scenarios.{words[0]}", *words[1:], run=tmp_path)

    assert (2, "") == (ended.returncode, ended.stdout)
    assert 1 == len(ended.stderr.splitlines())
    assert words[1] in ended.stderr
    assert not list(tmp_path.iterdir())
