"""Small programs that stand where docker and kind are, for what a real engine cannot be made to show."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def put(folder: Path, name: str, script: str) -> Path:
    """A shell script under a program's name."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def first_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
