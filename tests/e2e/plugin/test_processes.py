"""A run of pytest takes its meshes along, however it ends, and does not mind others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess  # noqa: TID251  # pytest is run as a user runs it
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from platforms.environment import ROOT
from platforms.local.programs import stub
from platforms.loopback import LOOPBACK, free_port
from platforms.wait import wait_while

PATIENCE = 60.0
"""Seconds; generous, for a machine that is busy."""
TESTS = """
import pathlib

def test_one(mesh, worker_id):
    mesh.service("orders", ["v1", "v2"])
    mesh.expect("orders", status=200, requests=20)
    pathlib.Path(f"{worker_id}.port").write_text(mesh.gateway_url)

def test_two(mesh, worker_id):
    test_one(mesh, worker_id)

def test_three(mesh, worker_id):
    test_one(mesh, worker_id)
"""
WAITS = """
import pathlib
import sys

def test_waits(mesh):
    mesh.service("orders", ["v1", "v2"])
    assert mesh.get("orders").status == 200
    pathlib.Path("ready").touch()
    sys.stdin.read()
"""


@contextmanager
def run(folder: Path, text: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run pytest on a test file of one's own, with the fixture as pip would have installed it."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(text)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "bookinfo.mesh_fixture", "-p", "no:cacheprovider", *words)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as pytest_run:
        try:
            yield pytest_run
        finally:
            pytest_run.kill()


def waiting(folder: Path, pytest_run: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return when the test has its mesh, with all that runs for it."""
    assert not wait_while(lambda: pytest_run.poll() is None and not (folder / "ready").exists(), PATIENCE, every=0.05)
    started = psutil.Process(pytest_run.pid).children(recursive=True)
    names = [one.name() for one in started]
    assert 4 == sum("envoy" in name for name in names), names
    return started


def test_killed(tmp_path: Path) -> None:
    """Of a run that is killed nothing is left: neither processes nor the files of proxies."""
    with run(tmp_path, WAITS, "-s") as pytest_run:
        started = waiting(tmp_path, pytest_run)
        folders = {Path(one.cwd()) for one in started if "envoy" in one.name()}

        pytest_run.send_signal(signal.SIGKILL)
        pytest_run.wait(PATIENCE)

        _, left = psutil.wait_procs(started, PATIENCE)
        assert [] == left
        assert not wait_while(lambda: any(one.exists() for one in folders), PATIENCE, every=0.05)


@pytest.mark.exhaustive
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends the run as ever, and with it the mesh."""
    with run(tmp_path, WAITS, "-s") as pytest_run:
        started = waiting(tmp_path, pytest_run)

        pytest_run.send_signal(signal.SIGINT)

        assert pytest.ExitCode.INTERRUPTED == pytest_run.wait(PATIENCE)
        assert [] == psutil.wait_procs(started, PATIENCE)[1]


@pytest.mark.exhaustive
def test_several_at_once(tmp_path: Path) -> None:
    """Each process of xdist has a mesh of its own, beside those of another run."""
    both = [tmp_path / name for name in ("here", "there")]
    for folder in both:
        folder.mkdir()
    with run(both[0], TESTS, "-n", "3") as one, run(both[1], TESTS, "-n", "2") as other:
        said = [found.communicate(timeout=2 * PATIENCE)[0] for found in (one, other)]

    assert [0, 0] == [one.returncode, other.returncode], said
    gateways = [file.read_text() for folder in both for file in folder.glob("*.port")]
    assert len(gateways) >= 3
    assert len(set(gateways)) == len(gateways)


@pytest.mark.exhaustive
def test_a_stub_on_a_taken_port(tmp_path: Path) -> None:
    """A stub that cannot listen says in one line on which port."""
    with socket.create_server((LOOPBACK, free_port())) as taken:
        port = taken.getsockname()[1]
        command = (sys.executable, "-I", stub.__file__, "orders", "v1", "orders-v1", str(port), "control")
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=tmp_path)

    assert (1, f"error: orders v1 cannot listen on port {port} of {LOOPBACK}: Address already in use\n") == (
        found.returncode,
        found.stderr,
    )
