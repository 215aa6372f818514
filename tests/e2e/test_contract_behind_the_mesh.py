"""The HTTP contract again, with every call going through real Envoys."""

from __future__ import annotations

import subprocess  # noqa: TID251  # a pytest of its own, with the demo in its environment
import sys
from pathlib import Path

from platforms.environment import ROOT
from tests.e2e.demo import demo_up

SECONDS = 400


def test_the_contract_holds_behind_the_mesh(tmp_path: Path) -> None:
    """What the services promise alone, the gateway's visitors get too, and faults, weights and users are obeyed."""
    suite = [
        sys.executable,
        "-m",
        "pytest",
        "tests/contract/http",
        "--platform",
        "local",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    with demo_up(tmp_path) as demo:
        done = subprocess.run(
            suite, cwd=ROOT, env=demo.environment, capture_output=True, text=True, check=False, timeout=SECONDS
        )

    assert 0 == done.returncode, done.stdout
