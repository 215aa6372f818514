"""Children cannot outlive their parent, and are known by more than a number."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess  # noqa: TID251  # a parent that is killed has to be a process of its own
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from platforms.environment import ROOT
from platforms.local import processes
from platforms.local.processes import Identity, Launch
from platforms.wait import wait_until

# A child with a child of its own, which prints both numbers and waits.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""

# A parent that starts a child as the supervisor does, prints its number and waits.
PARENT = """
import sys, time
from pathlib import Path
from platforms.local import processes
launch = processes.Launch((sys.executable, "-c", "import time; time.sleep(600)"), {}, Path("/"))
print(processes.start(launch, log=Path(sys.argv[1]), mark="test").pid, flush=True)
time.sleep(600)
"""


def until(fact: Callable[[], bool]) -> None:
    assert wait_until(fact, 60, every=0.01), "it did not become true in 60 s"


@pytest.fixture
def mark() -> str:
    return secrets.token_hex(8)


@pytest.fixture
def family(tmp_path: Path, mark: str) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """A process started by us, its number and its child's."""
    log = tmp_path / "log"
    launch = Launch((sys.executable, "-c", FAMILY), {}, tmp_path)
    process = processes.start(launch, log=log, mark=mark)
    until(lambda: log.read_text().endswith("\n"))
    leader, child = map(int, log.read_text().split())
    yield process, leader, child
    processes.signal_group(process.pid, signal.SIGKILL)
    process.wait()


def test_start_time() -> None:
    """A process is the same process only if it started at the same time."""
    ours = Identity.of(os.getpid())

    assert ours is not None
    assert ours.alive
    assert not Identity(ours.pid, ours.started + 1).alive


def test_gone() -> None:
    """A process that has ended is nobody, even before its parent has asked how."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        until(lambda: Identity.of(process.pid) is None)


def test_environment(tmp_path: Path) -> None:
    """A child gets the environment it is given, its mark, and nothing else."""
    log = tmp_path / "log"
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))"
    processes.start(Launch((sys.executable, "-c", code), {"A": "1"}, tmp_path), log=log, mark="m").wait()

    assert "['A', 'BOOKINFO_DEMO']\n" == log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_dies_with_parent(tmp_path: Path) -> None:
    """A child is gone when its parent is killed by SIGKILL."""
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = Identity.of(int(parent.stdout.readline()))

        assert child is not None

        parent.kill()
    until(lambda: not child.alive)


def test_sweep(family: tuple[subprocess.Popen[bytes], int, int], mark: str) -> None:
    """A sweep ends a demo's process and what it started."""
    process, leader, child = family

    assert {leader, child} == set(processes.sweep(mark))

    process.wait()
    until(lambda: not processes.leftovers(mark))


def test_sweep_without_leader(family: tuple[subprocess.Popen[bytes], int, int], mark: str) -> None:
    """The children of a dead process are found too, by the mark that they inherited."""
    process, _, child = family
    process.kill()
    process.wait()

    assert (child,) == processes.leftovers(mark)


def test_sweep_spares_others(family: tuple[subprocess.Popen[bytes], int, int]) -> None:
    """A process that carries another mark, or none, is left alone."""
    _, leader, _ = family
    identity = Identity.of(leader)

    assert identity is not None
    assert () == processes.sweep("somebody else's")
    assert () == processes.sweep("")
    assert identity.alive


def test_module() -> None:
    """A process is known by the module that it was started with."""
    with subprocess.Popen([sys.executable, "-m", "timeit", "-n", "1", "import time; time.sleep(600)"]) as process:
        identity = Identity.of(process.pid)

        assert identity is not None

        until(lambda: identity.runs("timeit"))

        assert not identity.runs("platforms.local.supervisor")

        process.kill()
