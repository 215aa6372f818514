"""The command line says what is wrong in one line, with the right exit code."""

from __future__ import annotations

import io
import subprocess  # noqa: TID251  # commands are run as a presenter runs them
from pathlib import Path

import pytest

from platforms.__main__ import main
from platforms.demo.journal import exclusive
from platforms.environment import ROOT
from tests import commands

COMMANDS = (
    "up",
    "down",
    "status",
    "reset",
    "doctor",
    "build",
    "tools",
    "bundle",
    "url",
    "apply",
    "check",
    "delete",
    "get",
    "config",
    "logs",
)


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "missing command"),
        (["fly"], "'fly'"),
        (["up", "--port", "0"], "'0': give a whole number from 1 to 65,535, as in --port 9080"),
        (["up", "--port", "http"], "'http': give a whole number"),
        (["up", "--plat", "local"], "no such option '--plat'"),
        (["apply"], "-f"),
        (["up", "--platform", "local", "--bundle", "x"], "--bundle: only with --platform kind"),
        (["up", "--platform", "kind", "--cert-lifetime", "60s"], "--cert-lifetime: only with --platform local"),
        (["up", "--cert-lifetime", "1s"], "'1s': give a time from 10 s to 365 days, as in --cert-lifetime 60s"),
        (["up", "--cert-lifetime", "soon"], "'soon': give a time"),
        (["logs", "reviews-v1", "-n", "-1"], "-1"),
        (["status", "--platform", "mars"], "'--platform': 'mars' is not one of 'local', 'kubernetes', 'kind'"),
    ],
)
def test_usage(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A request that makes no sense is exit 2."""
    code = main(arguments)
    out, err = capsys.readouterr()

    assert (2, "") == (code, out)
    assert err.startswith("platforms: ")
    assert complaint in err
    assert 1 == err.count("\n")


def test_no_demo_on_kubernetes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that brings a demo up is named where there is none."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))

    assert 3 == main(["status", "--platform", "kubernetes"])
    assert "platforms: no demo is up on kubernetes; `make demo-up PLATFORM=kind`" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command has a help with an example."""
    assert 0 == main([command, "--help"])

    helped = capsys.readouterr().out

    assert f"example: python -m platforms {command}" in helped
    assert max(map(len, helped.splitlines())) <= 80


def test_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be read is named before anybody is asked."""
    assert 2 == main(["apply", "-f", "nowhere.yaml"])
    assert "platforms: nowhere.yaml: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("given", [b"\xff\xfe", b""], ids=["no UTF-8", "nothing"])
def test_standard_input(given: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard input is complained about as a file is."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))

    assert 2 == main(["apply", "-f", "-"])
    assert capsys.readouterr().err.startswith("platforms: -: ")


def test_no_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A closed standard input is said to be closed."""
    monkeypatch.setattr("sys.stdin", None)

    assert 2 == main(["apply", "-f", "-"])
    assert "platforms: -: standard input is closed\n" == capsys.readouterr().err


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_run_folder_that_cannot_be(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run folder that cannot be made or read is a sentence and exit 3."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "file"))

    assert 3 == main([command])

    complaint = capsys.readouterr().err

    assert complaint == f"platforms: {tmp_path}/file: no run folder: File exists; BOOKINFO_RUN names another\n"


def test_full_disk() -> None:
    """A line that cannot be written is an error, exit 3."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*commands.PYTHON, "platforms", "down"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            check=False,
        )

    assert (3, "platforms: No space left on device\n") == (done.returncode, done.stderr)


def test_terminal_without_the_signs() -> None:
    """A terminal that cannot show ✓ shows something else."""
    done = commands.run("platforms", "doctor", "--platform", "local", environment={"PYTHONIOENCODING": "latin-1"})

    assert "" == done.stderr
    assert done.stdout.startswith("?  python")


def test_down_while_a_demo_comes_up(capsys: pytest.CaptureFixture[str]) -> None:
    """There is something to stop soon, so it is not said that there is nothing."""
    with exclusive("local", "python -m platforms up"):
        assert 3 == main(["down"])

    assert "platforms: `python -m platforms up` is changing this demo" in capsys.readouterr().err


def test_down_without_a_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """Stopping nothing is no error."""
    assert 0 == main(["down"])
    assert "no demo is up; nothing to stop\n" == capsys.readouterr().out
