"""The command line says what is wrong in one line, with the right exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.__main__ import main

COMMANDS = ("up", "down", "status", "reset", "doctor", "build", "url", "apply", "config", "logs")


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "COMMAND"),
        (["fly"], "'fly'"),
        (["up", "--port", "0"], "0: not a port from 1 to 65535"),
        (["up", "--port", "http"], "http: not a port"),
        (["apply"], "-f"),
        (["logs", "reviews-v1", "-n", "-1"], "-1"),
        (["status", "--platform", "mars"], "--platform mars: no such platform; there are local and kubernetes"),
    ],
)
def test_usage(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What makes no sense is exit 2."""
    code = main(arguments)
    out, err = capsys.readouterr()

    assert (2, "") == (code, out)
    assert err.startswith("platforms: ")
    assert complaint in err
    assert 1 == err.count("\n")


def test_kubernetes(capsys: pytest.CaptureFixture[str]) -> None:
    """A platform that is planned is named as not here yet."""
    assert 3 == main(["status", "--platform", "kubernetes"])
    assert "platforms: --platform kubernetes: not in this release" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command has a help with an example."""
    with pytest.raises(SystemExit):
        main([command, "--help"])

    assert f"example: python -m platforms {command}" in capsys.readouterr().out


def test_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be read is named before anybody is asked."""
    assert 2 == main(["apply", "-f", "nowhere.yaml"])
    assert "platforms: nowhere.yaml: cannot be read" in capsys.readouterr().err


def test_down_without_a_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """Stopping nothing is no error."""
    assert 0 == main(["down"])
    assert "no demo is up; nothing to stop\n" == capsys.readouterr().out
