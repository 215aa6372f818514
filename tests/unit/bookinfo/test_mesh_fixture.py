"""A package of somebody else's that has the name of one of ours is named, with what helps."""

from __future__ import annotations

import subprocess  # noqa: TID251  # what pytest loads at its start is seen in a process of its own
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bookinfo import mesh_fixture
from platforms.environment import ROOT


def test_ours() -> None:
    """Nothing is in the place of what is ours."""
    assert not mesh_fixture._in_their_place()


def test_somebody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The package and the folder are named, and how to keep both."""
    theirs = ModuleType("scenarios")
    theirs.__path__ = [str(tmp_path / "scenarios")]
    monkeypatch.setitem(sys.modules, "scenarios", theirs)

    told = mesh_fixture._in_their_place()

    assert f"package scenarios, and {tmp_path / 'scenarios'} is in its place" in told
    assert "--import-mode=importlib" in told


def test_it_brings_nothing_along() -> None:
    """Every run of pytest loads it: so it must not load what has the name of other people's packages."""
    code = "import sys, bookinfo.mesh_fixture; print({'platforms', 'scenarios', 'stage', 'yaml'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "set()\n" == found.stdout
