"""Nobody else can say, through the run folder, what a command does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from platforms.__main__ import main
from platforms.errors import NotReachable
from platforms.local import record
from platforms.run_folder import run_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "run"
    monkeypatch.setenv("BOOKINFO_RUN", str(path))
    return path


def test_it_is_made_for_its_owner_alone(folder: Path) -> None:
    """Whatever the umask allows to others."""
    before = os.umask(0)
    try:
        run_folder()
    finally:
        os.umask(before)

    assert 0o700 == folder.stat().st_mode & 0o777


@pytest.mark.parametrize("mode", [0o770, 0o722, 0o777, 0o1777])
@pytest.mark.parametrize("command", ["status", "down", "up", "reset"])
def test_one_that_others_can_write_is_refused(
    folder: Path, mode: int, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command says so, and how to mend it."""
    folder.mkdir()
    folder.chmod(mode)

    assert 3 == main([command])
    assert f"`chmod go-w {folder}`" in capsys.readouterr().err


def test_one_that_others_can_replace_is_refused(folder: Path) -> None:
    """It is no safer than the folder that it stands in."""
    folder.parent.chmod(0o777)
    with pytest.raises(NotReachable, match="everybody can replace"):
        run_folder()
    folder.parent.chmod(0o1777)

    assert folder == run_folder()


def test_one_of_somebody_elses_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner could write anything there."""
    folder.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with pytest.raises(NotReachable, match="belongs to user"):
        run_folder()


def test_a_forged_record_removes_nothing(folder: Path, tmp_path: Path) -> None:
    """Only folders that this project made go with a demo: not any folder that a record names."""
    precious = [tmp_path / "home", tmp_path / "bookinfo-home", Path("/dev/shm") / f"bookinfo-{os.getpid()}-link"]  # noqa: S108
    precious[0].mkdir()
    precious[1].mkdir()
    precious[2].symlink_to(precious[0])
    try:
        for target in precious:
            (folder / "local").mkdir(parents=True, exist_ok=True)
            document = {
                "supervisor": {"pid": 999999, "started": 1},
                "mark": "x",
                "folder": str(folder / "local"),
                "topology": {"folder": str(target), "ports": {}, "gateway_port": 9080},
                "since": 0.0,
            }
            (folder / "local" / "demo.json").write_text(json.dumps(document))

            assert main(["down", "--platform", "local"]) in {0, 3}
            assert record.read(folder / "local") is None

        assert all(path.exists() for path in precious)
    finally:
        precious[2].unlink()
