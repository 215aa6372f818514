"""Installing pinned packages into the environment: by uv, which takes seconds, or by pip where uv is not to be had."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import subprocess  # noqa: TID251  # pip and uv are programs
import sys
from collections.abc import Mapping, Sequence

from tools.setup import apt, pip_settings
from tools.setup.places import PYTHON, ROOT, UV, UV_PINS
from tools.setup.steps import SetupFailed, say, step

_PIP_FOR_OTHERS = (22, 3)
"""From which version on a pip installs into another Python's environment."""


def install(names: Sequence[str], *, has_uv: bool) -> bool:
    """Install what these files pin; returns whether uv is there as it is pinned, raises SetupFailed."""
    what, files = " and ".join(names), [part for name in names for part in ("--requirement", name)]
    pip = _pip()
    with _started([*pip, "config", "list"], stderr=subprocess.DEVNULL) as listing:
        wrong = "" if has_uv else _fetch_uv(pip)
        has_uv = not wrong
        settings, _ = listing.communicate()
    if has_uv:
        with step(f"installing {what}"):
            wrong = _by_uv(files, pip_settings.for_uv(pip_settings.read(settings)))
    if wrong:
        say(f"not by uv, it says: {wrong}")
        with step(f"installing {what} by pip", itself_speaks=True):
            _by_pip(pip, files)
    return has_uv


def _pip() -> list[str]:
    """The pip that installs: this Python's own, or else the one that a Python brings along for its environments."""
    try:
        version = importlib.metadata.version("pip").split(".")
    except importlib.metadata.PackageNotFoundError:
        version = []
    if [int(part) if part.isdigit() else 0 for part in version[:2]] >= list(_PIP_FOR_OTHERS):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    with step("putting pip into .venv"):
        bring = [str(PYTHON), "-m", "ensurepip"]
        if _run(bring).returncode:
            apt.install(["python3-venv"])
            if (done := _run(bring)).returncode:
                raise SetupFailed(f"there is no pip for .venv:\n{_said(done)}")
    return [str(PYTHON), "-m", "pip"]


def _fetch_uv(pip: Sequence[str]) -> str:
    """Put uv into the environment; returns what is wrong if it is not to be had."""
    with step("fetching uv"):
        # Patience is for pip's turn: what is not to be had at once is done without.
        done = _run(
            [*pip, *_INSTALL, "--retries", "1", "--no-compile", "--only-binary", ":all:", "--requirement", UV_PINS]
        )
    return _said(done).rpartition("\n")[2] if done.returncode else ""


def _by_uv(files: Sequence[str], settings: Mapping[str, str]) -> str:
    """Returns what is wrong if it cannot; nothing is compiled, as most of what there is will never be imported."""
    command = [str(UV), "pip", "install", "--quiet", "--require-hashes", "--python", str(PYTHON), *files]
    done = _run(command, {**os.environ, **settings})
    return _said(done).partition("\n")[0] if done.returncode else ""


def _by_pip(pip: Sequence[str], files: Sequence[str]) -> None:
    """In the terminal itself: it may ask for a password there, and says when it tries again."""
    if subprocess.run([*pip, *_INSTALL, *files], cwd=ROOT, check=False).returncode:
        raise SetupFailed("pip could not install them; its reason stands above")


_INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes")


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    try:
        process = _started(command, environment)
    except OSError as error:  # such as a uv that is not made for this machine
        return subprocess.CompletedProcess(command, 127, stdout=str(error))
    with process:
        try:
            said, _ = process.communicate()
        except BaseException:
            # Not it alone: a pip that installs for another Python has started a second one.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout=said)


def _started(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, stderr: int = subprocess.STDOUT
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        errors="replace",
        start_new_session=True,  # a Ctrl-C is for us: what it would say of its own end helps nobody
    )


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout.strip() or f"exit code {done.returncode}"
