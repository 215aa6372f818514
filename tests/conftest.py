"""The common setup of all tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from scenarios.run.locust_process import LocustProcess
from scenarios.run.run import LoadSource
from tests.controls import drive
from tests.e2e.demo import Demo, demo_up
from tests.traffic import SharedTraffic
from tests.workers import FewDemos

# Whoever runs the tests in the background has Ctrl-C and hang-ups ignored, and every command that a test starts would
# inherit that: the tests that stop a command would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Nor does the locale of whoever runs the tests decide in which language the commands answer.
os.environ["LC_ALL"] = "C.UTF-8"

_NUMBERS = count()

# A property that takes its time on a busy machine holds all the same.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`, as in the Makefile."""
    return FewDemos(config, log) if config.option.dist == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def load_source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The load generator of every run of a scenario in this process."""
    with SharedTraffic(LocustProcess(tmp_path_factory.mktemp("loadgen") / "locust.log")) as traffic:
        drive.source = LoadSource(running=traffic)
        yield


@pytest.fixture
def run_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run folder of the test's own, which is made by whoever needs it: most of some thousand tests never do."""
    folder = tmp_path_factory.getbasetemp() / f"run-{next(_NUMBERS)}"
    monkeypatch.setenv("BOOKINFO_RUN", str(folder))
    return folder


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that is up for as long as there are tests."""
    with demo_up(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture(scope="module")
def demo(standing: Demo) -> Iterator[Demo]:
    """The same, for tests that leave it standing, at its baseline again after each module."""
    yield standing
    assert 0 == standing.run("reset").returncode
