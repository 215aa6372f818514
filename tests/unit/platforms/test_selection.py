"""The demo that commands mean when nobody names one."""

from __future__ import annotations

import subprocess  # noqa: TID251  # what a fresh Python loads
import sys
from pathlib import Path

import pytest

from platforms.choice import Choice
from platforms.demo import run_folder
from platforms.environment import ROOT
from platforms.errors import NotReachable
from platforms.kubernetes.record import KubernetesDemo
from platforms.selection import connect, provider_of, running


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is no cluster."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))


def gone_cluster() -> None:
    """A demo that was brought up on kind, and whose cluster is there no more."""
    KubernetesDemo("kind-gone", "bookinfo", "http://127.0.0.1:8080", "gone").write(run_folder.part("kubernetes"))


def test_without_any_demo_it_is_local() -> None:
    """It says how to bring one up."""
    assert "local" == running().name
    with pytest.raises(NotReachable, match="make demo-up"):
        connect()


def test_whoever_was_up_last_says_what_became_of_it() -> None:
    """No demo answers, and one was never taken down."""
    gone_cluster()

    assert "kubernetes" == running().name
    with pytest.raises(NotReachable, match="the demo's cluster gone is gone"):
        connect()


@pytest.mark.parametrize("name", ["local", "kubernetes"])
def test_a_platform_that_is_named_is_meant(name: str) -> None:
    """Whatever is up."""
    gone_cluster()

    assert name == provider_of(Choice(name)).name


def test_the_other_platform_is_not_loaded() -> None:
    """A command on local does without the client of Kubernetes, which takes a quarter of a second."""
    program = (
        "import sys; from platforms.selection import running; running().is_up();"
        " print([name for name in sys.modules if name.startswith(('kubernetes', 'platforms.kubernetes'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
