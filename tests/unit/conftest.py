"""Every test has a run folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_run_folder(run_folder: Path) -> Path:
    return run_folder
