"""A command is named as whoever reads of it has typed it."""

from __future__ import annotations

import sys

import pytest

from platforms.demo.typed import as_typed, name_of

SAID = (
    "`python -m platforms reset` undoes `python -m scenarios.zero_trust --open`; `python -m stage` and "
    "`python -m scenarios` list more than `python -m bench`, `python -m platforms`"
)


def test_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who typed `python -m platforms` reads that, whatever else is named `bookinfo`."""
    for program in ("/src/platforms/__main__.py", "-m", "", "/bookinfo/scenarios/canary.py", "/usr/bin/bookinfo2"):
        monkeypatch.setattr(sys, "argv", [program, "status"])
        assert SAID == as_typed(SAID)


@pytest.mark.parametrize(
    ("program", "name"), [("/venv/bin/bookinfo", "bookinfo"), ("/src/bookinfo/__main__.py", "python -m bookinfo")]
)
def test_one_command(monkeypatch: pytest.MonkeyPatch, program: str, name: str) -> None:
    """Who typed `bookinfo` reads that of whatever it stands for."""
    monkeypatch.setattr(sys, "argv", [program, "status"])

    assert name == name_of(program)
    assert (
        f"`{name} reset` undoes `{name} zero_trust --open`; `{name} stage` and "
        f"`python -m scenarios` list more than `python -m bench`, `{name}`"
    ) == as_typed(SAID)
