"""A file is replaced as a whole, or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import NoReturn

import pytest

from platforms import atomic_files
from platforms.atomic_files import write_atomically


def test_replaced(tmp_path: Path) -> None:
    """A reader that has the old file open goes on with it, and nothing is left beside the new one."""
    path = tmp_path / "x.json"
    write_atomically(path, "old")
    with path.open() as reader:
        write_atomically(path, "new", to_disk=True)

        assert "old" == reader.read()

    assert "new" == path.read_text()
    assert [path] == list(tmp_path.iterdir())
    assert 0o600 == path.stat().st_mode & 0o777


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that is interrupted leaves the old file, and nothing beside it."""
    path = tmp_path / "x.json"
    write_atomically(path, "old")

    def interrupted(_descriptor: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic_files.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new", to_disk=True)

    assert "old" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_killed(tmp_path: Path) -> None:
    """The file that a killed writer left beside it goes with the next write."""
    path = tmp_path / "x.json"
    write_atomically(path, "old")
    writer = multiprocessing.get_context("spawn").Process(target=_killed, args=(path,))
    writer.start()
    writer.join()

    assert -signal.SIGKILL == writer.exitcode
    assert "old" == path.read_text()

    write_atomically(path, "new")

    assert "new" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_no_link_is_followed(tmp_path: Path) -> None:
    """A link that somebody left beside the file is removed, not followed."""
    letter, path = tmp_path / "letter", tmp_path / "x.json"
    letter.write_text("mine")
    (tmp_path / ".x.json.new").symlink_to(letter)
    write_atomically(path, "new")

    assert "mine" == letter.read_text()
    assert {letter, path} == set(tmp_path.iterdir())


def _killed(path: Path) -> None:
    """Be killed with half of the file written."""
    atomic_files.os.fsync = lambda _descriptor: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    write_atomically(path, "new", to_disk=True)
