"""However a command or the demo ends, nothing is left over and the next command goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import signal
from dataclasses import asdict
from pathlib import Path

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.demo.journal import Journal
from platforms.local import bringup
from platforms.local.deployments import deployment
from platforms.local.programs import runtimes
from tests.e2e.demo import Demo, alive, demo_up, kill, until
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put

WHO = "python -m scenarios.canary"


def recorded(demo: Demo) -> bool:
    return (demo.folder / "local" / "demo.json").exists()


@pytest.mark.exhaustive
def test_down_ends_the_story(down: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that is gone needs no healing."""
    monkeypatch.setenv("BOOKINFO_RUN", str(down.folder))
    down.up()
    Journal.of("local").open(who=WHO, was="the baseline", will={})
    down.run("down")

    assert Journal.of("local").read() is None
    assert "" == down.up().stderr


@pytest.fixture
def never_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A details that is started and never answers, so that `up` is in its middle for as long as a test needs."""
    put(tmp_path, "ruby", f'case "$1" in -S) exec sleep 600 ;; esac\nexec {shutil.which("ruby")} "$@"')
    first_on_path(tmp_path, monkeypatch)


@pytest.mark.usefixtures("never_ready")
@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.exhaustive), signal.SIGTERM])
def test_up_takes_along_what_it_started(down: Demo, number: signal.Signals) -> None:
    """Ctrl-C or SIGTERM in the middle of `up` leaves nothing running."""
    up = down.start("platforms", "up", "--platform", "local", "--port", str(down.port))
    until(lambda: recorded(down), what="the supervisor is there")
    record = down.record()
    up.send_signal(number)
    up.communicate(timeout=60)

    assert 130 == up.returncode
    assert not record.supervisor.alive
    assert not record.topology.folder.exists()
    assert not recorded(down)


@pytest.mark.exhaustive
def test_up_goes_on_with_what_a_killed_one_began(down: Demo) -> None:
    """After kill -9 of `up`, the next one waits until the demo is whole."""
    first = down.start("platforms", "up", "--platform", "local", "--port", str(down.port))
    until(lambda: recorded(down) and down.record().socket.exists(), what="the supervisor answers")
    first.kill()
    first.communicate()
    done = down.run("up", "--platform", "local", "--port", str(down.port))

    assert 0 == done.returncode, done.stderr
    assert {"ready"} == {child["phase"] for kind in ("workloads", "proxies") for child in down.status()[kind].values()}
    assert 'data-reviews="shown"' in down.page()


@pytest.mark.usefixtures("never_ready")
def test_down_in_the_middle_of_up(down: Demo) -> None:
    """Whoever brings a demo up is told that another command has taken it down."""
    up = down.start("platforms", "up", "--platform", "local", "--port", str(down.port))
    until(lambda: recorded(down) and down.record().socket.exists(), what="the supervisor answers")
    taken = down.run("down")
    _, complaint = up.communicate(timeout=60)

    assert (0, 3) == (taken.returncode, up.returncode)
    assert "platforms: the demo was taken down while it came up\n" == complaint


def test_a_supervisor_that_nobody_knows_ends(down: Demo) -> None:
    """If `up` is killed before it has seen the demo's record, nothing is started."""
    (down.folder / "local").mkdir()
    told = {
        "runtimes": dict(runtimes.require()),
        "deployments": deployment.document(deployment.DEPLOYMENTS),
        "services": asdict(BOOKINFO),
        "owner": None,
    }
    supervisor = down.typed("platforms.local.supervisor", str(down.port), "3600", stdin=f"{json.dumps(told)}\n")

    assert (3, "", "") == (supervisor.returncode, supervisor.stdout, supervisor.stderr)
    assert not recorded(down)


@pytest.mark.exhaustive
def test_a_demo_whose_run_folder_is_removed_ends(down: Demo) -> None:
    """No command could find it any more."""
    down.up()
    record = down.record()
    shutil.rmtree(down.folder / "local")
    until(lambda: not record.supervisor.alive, what="the supervisor has ended")

    assert not record.topology.folder.exists()


@pytest.mark.exhaustive
def test_a_killed_demo_leaves_no_file_in_memory(down: Demo) -> None:
    """What its workloads keep in memory lies in its private folder, which the next command removes."""
    down.up()
    record = down.record()
    page = down.status()["workloads"]["productpage-v1"]["pid"]

    assert list(record.topology.folder.glob(f"productpage-counts-{page}-*"))

    kill(record.supervisor.pid)
    until(lambda: not alive(page), what="productpage has ended")
    down.run("down")

    assert not record.topology.folder.exists()


@pytest.mark.exhaustive
def test_down_ends_a_supervisor_that_hangs(down: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A supervisor that does not answer is killed, and what it started with it; one that stands still never would."""
    monkeypatch.setattr(bringup, "_ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(bringup, "HUNG_SECONDS", 0.5)
    down.up()
    record, page = down.record(), down.status()["workloads"]["productpage-v1"]["pid"]
    os.kill(record.supervisor.pid, signal.SIGSTOP)
    bringup.down(record)

    assert (False, False) == (record.supervisor.alive, alive(page))


@pytest.mark.exhaustive
@pytest.mark.parametrize("folder", ["with spaces and 유니코드", "long-" + "x" * 150])
def test_run_folders(tmp_path: Path, folder: str) -> None:
    """A run folder may have any name."""
    with demo_up(tmp_path / folder) as demo:
        assert 'data-reviews="shown"' in demo.page()
