"""The Docker engine must answer, and be large enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from platforms.errors import NotApplied, NotReachable
from platforms.kubernetes.up import docker
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is first on PATH."""
    first_on_path(tmp_path, monkeypatch)
    return tmp_path


def info(memory: int) -> str:
    told = json.dumps({"ServerVersion": "28.0.1", "OperatingSystem": "Docker Desktop", "MemTotal": memory})
    return f"echo '{told}'"


def test_an_engine_that_is_large_enough(programs: Path) -> None:
    """The engine's description of itself is told in one line."""
    put(programs, "docker", info(4 << 30))

    assert "Docker engine 28.0.1 on Docker Desktop, 4.0 GiB" == str(docker.require())


def test_too_little_memory(programs: Path) -> None:
    """An engine with too little memory is refused before anything is made, with what it has and what is needed."""
    put(programs, "docker", info(1 << 30))

    with pytest.raises(NotApplied, match=r"Docker Desktop, 1\.0 GiB is too little: the demo needs 2\.5 GiB"):
        docker.require()


def test_no_engine(programs: Path) -> None:
    """A client without an engine is no engine; its own words are quoted, and local is offered."""
    put(programs, "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")

    assert not docker.answers()
    with pytest.raises(NotReachable, match=r"--platform local.*Cannot connect to the Docker daemon"):
        docker.require()


def test_an_engine_that_hangs(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that says nothing does not answer."""
    monkeypatch.setattr(docker, "_PROBE_TIMEOUT", 0.2)
    put(programs, "docker", "exec sleep 30")

    assert not docker.answers()
