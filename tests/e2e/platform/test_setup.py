"""The commands work with whatever `python` is, and say what is missing on this machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess  # noqa: TID251  # commands are run as a presenter runs them
import venv
from pathlib import Path

import pytest

from platforms.environment import ROOT, own_python
from tests import commands
from tests.e2e.demo import Demo, alive, until

STATUS = ("-m", "platforms", "status")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python without the project's packages."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    return folder / "bin" / "python"


def run_by(python: Path, *arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(not own_python().exists(), reason="there is no .venv to hand over to")
def test_plain_python(bare: Path, tmp_path: Path) -> None:
    """A plain `python` hands over to the project's own without a word, or with one if asked."""
    silent = run_by(bare, *STATUS, BOOKINFO_RUN=str(tmp_path))
    verbose = run_by(bare, *STATUS, "--verbose", BOOKINFO_RUN=str(tmp_path))

    assert (3, 1) == (silent.returncode, silent.stderr.count("\n"))
    assert "no demo is up" in silent.stderr
    assert "handing over to" in verbose.stderr


def test_before_set_up(bare: Path, tmp_path: Path) -> None:
    """Before any set-up, one line says what to run first."""
    shutil.copytree(ROOT / "platforms", tmp_path / "platforms")
    done = run_by(bare, *STATUS, folder=tmp_path)

    assert 3 == done.returncode
    assert "platforms: the project is not set up for this Python; run `make demo-up` first\n" == done.stderr


def test_doctor(tmp_path: Path) -> None:
    """On a machine without anything, doctor names each program and the command that installs it."""
    doctor, nothing = ("platforms", "doctor", "--platform", "local"), {"PATH": str(tmp_path), "JAVA_HOME": ""}
    done, as_json = commands.run(*doctor, environment=nothing), commands.run(*doctor, "--json", environment=nothing)
    missing = {one["name"]: one for one in json.loads(as_json.stdout)["runtimes"] if not one["found"]}

    assert (3, 3) == (done.returncode, as_json.returncode)
    assert {"ruby", "javac", "maven"} <= missing.keys()
    assert all(one["install"] in done.stdout for one in missing.values())


def test_missing_runtime(tmp_path: Path) -> None:
    """A demo whose runtimes are missing is not started at all."""
    up = ("platforms", "up", "--platform", "local")
    done = commands.run(*up, environment={"PATH": str(tmp_path), "BOOKINFO_RUN": str(tmp_path / "run")})

    assert 3 == done.returncode
    assert "nothing was started; missing: ruby: not found" in done.stderr
    assert not (tmp_path / "run" / "local" / "demo.json").exists()


def test_interrupted(down: Demo) -> None:
    """Ctrl-C in the middle of `up` leaves nothing running."""
    with down.start("platforms", "up", "--platform", "local", "--port", str(down.port)) as up:
        until((down.folder / "local" / "demo.json").exists, what="the supervisor has started")
        supervisor = down.record().supervisor.pid
        up.send_signal(signal.SIGINT)
        _, complaint = up.communicate(timeout=60)

    assert (130, "platforms: interrupted\n") == (up.returncode, complaint)
    assert not alive(supervisor)
    assert not (down.folder / "local" / "demo.json").exists()
