"""Logs are bounded, and can be followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.local.supervisor import logs


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 100)
    monkeypatch.setattr(logs, "KEPT_BYTES", 35)


@pytest.mark.usefixtures("small")
def test_bound(tmp_path: Path) -> None:
    """A log that has grown too long keeps its last whole lines, and its writer goes on at the end."""
    path = tmp_path / "a.log"
    with path.open("a") as writer:
        for number in range(20):
            writer.write(f"line {number:03}\n")
        writer.flush()
        logs.bound(tmp_path)
        writer.write("line 020\n")

    assert [f"line {number:03}" for number in (17, 18, 19, 20)] == path.read_text().splitlines()


@pytest.mark.usefixtures("small")
def test_short(tmp_path: Path) -> None:
    """A short log is left alone."""
    path = tmp_path / "a.log"
    path.write_text("line\n" * 10)
    logs.bound(tmp_path)

    assert "line\n" * 10 == path.read_text()


def test_last_lines(tmp_path: Path) -> None:
    """The end of a log, and no more of it than asked for."""
    path = tmp_path / "a.log"
    path.write_text("one\ntwo\nthree\n")

    assert ["two", "three"] == logs.last_lines(path, 2)


def test_follow(tmp_path: Path) -> None:
    """Every line that is written from now on is seen, also after the log was cut."""
    path = tmp_path / "a.log"
    path.write_text("old\n")
    lines = logs.follow(path)
    with path.open("a") as writer:
        writer.write("one\n")
        writer.flush()
        first = next(lines)
        writer.truncate(0)
        writer.write("two\n")
        writer.flush()

        assert ("one", "two") == (first, next(lines))
