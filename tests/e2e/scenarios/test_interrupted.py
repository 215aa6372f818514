"""A run that is stopped in the middle leaves the baseline; one that is killed leaves a note for the next command."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import Journal
from platforms.wait import wait_until
from tests.commands import Typed
from tests.fakes import FakePlatform

LONG = ["canary", "--rate", "20", "--duration", "60"]


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))
    return tmp_path


def playing(*argv: str, lag: str = "0.005") -> Typed:
    return Typed("tests.e2e.play", *argv, environment={"FAKE_LAG": lag})


def gone(pid: int, *, within: float = 90.0) -> bool:
    """Tell whether the process ends in time."""
    return wait_until(lambda: not psutil.pid_exists(pid), within, every=0.01)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (signal.SIGINT, "Ctrl-C"),
        (signal.SIGTERM, "SIGTERM"),
        pytest.param(signal.SIGHUP, "SIGHUP", marks=pytest.mark.exhaustive),
    ],
)
def test_a_stopped_run_restores_the_baseline(number: signal.Signals, name: str) -> None:
    """Ctrl-C, SIGTERM, SIGHUP: exit 130, the baseline in force, nothing in the journal, no Locust left."""
    with playing(*LONG) as run:
        run.wait_for("even split · in force")
        locust = run.leftovers()
        run.send(number)
        ended = run.end()

    assert 130 == ended.code
    assert (f"canary: stopped by {name}; the baseline is back", f"in force: {baseline().revision}") == ended.err
    assert Journal.of("local").read() is None
    assert locust
    assert all(map(gone, locust))


def test_a_second_ctrl_c_on_the_way_back_says_what_is_still_off() -> None:
    """And how to heal; the entry stays open."""
    with playing("user_routing", "--rate", "20", "--duration", "60", lag="2") as run:
        run.wait_for("in force on")
        run.send(signal.SIGINT)
        run.wait_for("restoring the baseline")
        run.send(signal.SIGINT)
        ended = run.end()

    assert 130 == ended.code
    assert "a rule of user_routing may still be in force, and `python -m platforms reset`" in ended.said
    assert Journal.of("local").read() is not None


def test_a_killed_run_takes_its_traffic_along_and_is_healed() -> None:
    """After kill -9 no Locust is left, and the next command finds the entry and restores the baseline."""
    with playing(*LONG) as run:
        run.wait_for("even split · in force")
        locust = run.leftovers()
        run.send(signal.SIGKILL)
        run.end()
    with FakePlatform() as platform:
        said = restore_after_crash(platform)

        assert [State(baseline())] == platform.applied
    assert all(map(gone, locust))
    assert said is not None
    assert "`python -m scenarios.canary --rate 20 --duration 60`" in str(said)


def test_a_second_run_is_told_to_wait() -> None:
    """Exit 3; the message names the command that has the demo."""
    with playing(*LONG) as first:
        first.wait_for("even split · in force")
        with playing("user_routing") as second:
            ended = second.end()

        assert 3 == ended.code
        assert "`python -m scenarios.canary --rate 20 --duration 60` is changing this demo" in ended.said
