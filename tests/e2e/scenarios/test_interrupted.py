"""A run that is stopped in the middle leaves the baseline; one that is killed leaves a note for the next command."""

from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251  # the command is run as somebody would run it
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import Journal
from platforms.environment import ROOT
from platforms.wait import wait_until
from tests.fakes import FakePlatform

LONG = ["canary", "--rate", "20", "--duration", "60"]


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))
    return tmp_path


@contextmanager
def playing(*argv: str, lag: str = "0.005") -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.play", *argv],
        cwd=ROOT,
        env={**os.environ, "FAKE_LAG": lag},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"the command ended without saying {words!r}: {process.communicate()[1]}")


def children(process: subprocess.Popen[str]) -> list[int]:
    return [child.pid for child in psutil.Process(process.pid).children()]


def gone(pid: int, *, within: float = 30.0) -> bool:
    """Tell whether the process ends in time."""
    return wait_until(lambda: not psutil.pid_exists(pid), within, every=0.01)


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGHUP")]
)
def test_a_stopped_run_restores_the_baseline(number: signal.Signals, name: str) -> None:
    """Ctrl-C, SIGTERM, SIGHUP: exit 130, the baseline in force, nothing in the journal, no Locust left."""
    with playing(*LONG) as process:
        wait_for(process, "even split · in force")
        locust = children(process)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert 130 == process.returncode
    assert [f"canary: stopped by {name}; the baseline is back", f"in force: {baseline().revision}"] == err.splitlines()
    assert Journal.of("local").read() is None
    assert locust
    assert all(map(gone, locust))


def test_a_second_ctrl_c_on_the_way_back_says_what_is_still_off() -> None:
    """And how to heal; the entry stays open."""
    with playing("user_routing", "--rate", "20", "--duration", "60", lag="2") as process:
        wait_for(process, "in force on")
        process.send_signal(signal.SIGINT)
        wait_for(process, "restoring the baseline")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert 130 == process.returncode
    assert "a rule of user_routing may still be in force, and `python -m platforms reset`" in err
    assert Journal.of("local").read() is not None


def test_a_killed_run_takes_its_traffic_along_and_is_healed() -> None:
    """After kill -9 no Locust is left, and the next command finds the entry and restores the baseline."""
    with playing(*LONG) as process:
        wait_for(process, "even split · in force")
        locust = children(process)
        process.kill()
        process.wait()
    with FakePlatform() as platform:
        said = restore_after_crash(platform)

        assert [State(baseline())] == platform.applied
    assert all(map(gone, locust))
    assert said is not None
    assert "`python -m scenarios.canary --rate 20 --duration 60`" in str(said)


def test_a_second_run_is_told_to_wait() -> None:
    """Exit 3; the message names the command that has the demo."""
    with playing(*LONG) as first:
        wait_for(first, "even split · in force")
        with playing("user_routing") as second:
            _, err = second.communicate(timeout=60)

        assert 3 == second.returncode
        assert "`python -m scenarios.canary --rate 20 --duration 60` is changing this demo" in err
