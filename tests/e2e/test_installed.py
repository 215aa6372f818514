"""The project as pip installs it: with plain pip, in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251  # pip and the installed command are run as a user runs them
import sys
from pathlib import Path

import pytest

from platforms.environment import ROOT, VERSION

pytestmark = pytest.mark.exhaustive  # pip takes most of a minute


def test_an_installed_copy_checks_rules_and_leaves_the_rest_to_a_checkout(tmp_path: Path) -> None:
    """What needs no Bookinfo works away from the checkout; `up` says in one line what it needs, and none writes among the packages."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([tmp_path / "venv" / "bin" / "pip", "install", "--quiet", ROOT], check=True)
    environment = {name: os.environ[name] for name in ("PATH",)} | {"HOME": str(tmp_path)}

    def bookinfo(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(tmp_path / "venv" / "bin" / "bookinfo"), *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert f"bookinfo-proof {VERSION}\n" == bookinfo("--version").stdout
    checked = bookinfo("check", "-f", str(ROOT / "istio" / "canary.yaml"))
    assert (0, "") == (checked.returncode, checked.stderr)
    refused = bookinfo("up")
    assert (3, 1) == (refused.returncode, refused.stderr.count("\n"))
    assert "in a checkout `make demo-up` brings them up" in refused.stderr
    assert 3 == bookinfo("canary").returncode
    assert (tmp_path / ".local" / "state" / "bookinfo").is_dir()
