"""The files that proxies watch are counted before anything is started."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pytest

from platforms.errors import NotApplied
from platforms.local import file_watches
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.deployments.wanted import deployments


@pytest.fixture
def limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which Linux says how many there may be, with 28 of them taken."""
    monkeypatch.setattr(file_watches, "LIMIT", tmp_path / "max_user_instances")
    monkeypatch.setattr(file_watches, "in_use", lambda: 28)
    return tmp_path / "max_user_instances"


def test_what_a_process_holds() -> None:
    """An inotify instance is counted, another descriptor is not."""
    itself = Path("/proc/self")
    before = file_watches._instances(itself)
    held = [os.eventfd(0), *(ctypes.CDLL(None).inotify_init1(0) for _ in range(3))]
    holding = file_watches._instances(itself)
    for descriptor in held:
        os.close(descriptor)

    assert before + 3 == holding
    assert file_watches._instances(Path("/proc/none")) == 0


def test_every_proxy_watches() -> None:
    """Every further instance has a proxy that watches as many files as the first one's."""
    ordinary, tripled = file_watches.needed(DEPLOYMENTS), file_watches.needed(deployments(["reviews-v1=3"], ()))

    assert len(ordinary) + 2 == len(tripled)
    assert set(ordinary) == set(tripled)
    assert min(ordinary) >= 3


def test_enough(limit: Path) -> None:
    """Exactly enough is enough."""
    limit.write_text(f"{28 + sum(file_watches.needed(DEPLOYMENTS))}\n")
    file_watches.check(DEPLOYMENTS)


def test_too_few(limit: Path) -> None:
    """One line says what is needed, what is left, and the command that helps, whose number would do."""
    many = deployments(["reviews-v1=90"], ())
    needed = sum(file_watches.needed(many))
    limit.write_text("128\n")
    with pytest.raises(NotApplied) as raised:
        file_watches.check(many)
    told = str(raised.value)
    limit.write_text(told.partition("max_user_instances=")[2].partition("`")[0])
    file_watches.check(many)

    assert told.startswith(f"nothing was started: 96 proxies watch {needed} files")
    assert "128 inotify instances that Linux grants you, and 100 are left" in told


@pytest.mark.parametrize("text", ["", "none", None])
def test_a_system_that_does_not_say(limit: Path, text: str | None) -> None:
    """Elsewhere than on Linux there is nothing to look up."""
    if text is not None:
        limit.write_text(text)
    file_watches.check(DEPLOYMENTS)


def test_those_that_run(limit: Path) -> None:
    """Proxies that watch their files already take no more of them."""
    more = deployments(["ratings-v1=3"], ())
    new = sum(file_watches.needed(more)) - sum(file_watches.needed(DEPLOYMENTS))
    limit.write_text(f"{28 + new}\n")
    file_watches.check(more, running=DEPLOYMENTS)
    limit.write_text(f"{27 + new}\n")
    with pytest.raises(NotApplied, match=f"nothing was started: 2 proxies watch {new} files"):
        file_watches.check(more, running=DEPLOYMENTS)
