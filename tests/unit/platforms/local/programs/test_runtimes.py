"""A missing program is named, with the command that installs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from platforms.demo.doctor import Program, ProgramCheck
from platforms.errors import NotReachable
from platforms.local.programs import runtimes

Script = Callable[[str], str]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A program that does what the text says."""

    def write(text: str) -> str:
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return write


def examined(monkeypatch: pytest.MonkeyPatch, path: str | None) -> ProgramCheck:
    monkeypatch.setattr(runtimes, "PROGRAMS", (Program("node", lambda: path, install="get it", oldest=(20,)),))
    (check,) = runtimes.examine()
    return check


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v20.20.2", "20.20.2"),
        ("openjdk 21 2023-09-19", "21"),
        ("envoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/1.40.0/Clean/RELEASE/BoringSSL", "1.40.0"),
        ("Apache Maven 3.8.7", "3.8.7"),
    ],
)
def test_version(monkeypatch: pytest.MonkeyPatch, script: Script, printed: str, version: str) -> None:
    """A version is read from what each program prints in its own way."""
    assert version == examined(monkeypatch, script(f"echo '{printed}'")).version


def test_found(monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
    """A program that is new enough is found."""
    check = examined(monkeypatch, script("echo v20.1.0"))

    assert (True, "") == (check.found, check.problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("echo v18.1.0", "version 18.1.0 is too old, 20 is needed"),
        ("echo 'cannot load such file -- puma' >&2; exit 1", "does not work: cannot load such file -- puma"),
        ("exit 1", "does not work: no reason given"),
    ],
)
def test_useless(monkeypatch: pytest.MonkeyPatch, script: Script, text: str, problem: str) -> None:
    """A program that is too old, or that does not work, is as good as missing."""
    check = examined(monkeypatch, script(text))

    assert (False, problem) == (check.found, check.problem)


@pytest.mark.parametrize(
    ("path", "problem"), [(None, "not found"), ("/nowhere/node", "cannot be started: /nowhere/node")]
)
def test_missing(monkeypatch: pytest.MonkeyPatch, path: str | None, problem: str) -> None:
    """A program that is not there is missing."""
    assert problem == examined(monkeypatch, path).problem


def test_require(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing starts when something is missing: it is named with the command that installs it."""
    monkeypatch.setattr(runtimes, "PROGRAMS", (Program("node", lambda: None, install="get it"),))

    with pytest.raises(NotReachable, match=r"^nothing was started; missing: node: not found \(get it\)"):
        runtimes.require()
