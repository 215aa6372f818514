"""Programs that a platform needs: where they are, which version they are of, and what installs those that are missing."""

from __future__ import annotations

import re
import subprocess  # noqa: TID251  # asking a program for its version means starting it
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)*)(?!\w)")
_ANSWER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Program:
    """One thing that must be installed, and how it is found."""

    name: str
    find: Callable[[], str | None]
    """Its path, if it is installed."""
    ask: tuple[str, ...] = ("--version",)
    """The arguments that make it print its version, and fail if a part is missing."""
    packages: tuple[str, ...] = ()
    """What Debian and Ubuntu call it."""
    install: str = ""
    """The command that installs it where there is no apt."""
    oldest: tuple[int, ...] = ()
    """The oldest version that will do."""
    build_only: bool = False
    """Needed to build the services, not to run them."""


@dataclass(frozen=True, slots=True)
class ProgramCheck:
    """The result of looking for one program."""

    name: str
    found: bool
    path: str
    version: str
    packages: tuple[str, ...]
    install: str
    """The command that puts it there."""
    build_only: bool
    problem: str = ""
    """What is wrong, if it is not found."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that a platform needs, by what it is needed for."""

    checks: Mapping[str, tuple[ProgramCheck, ...]]
    settings: Mapping[str, str] | None = None
    """The variables that are set, where a platform heeds any."""
    remark: str = ""
    """A text to be printed below."""

    @property
    def is_complete(self) -> bool:
        return all(check.found for group in self.checks.values() for check in group)

    def document(self) -> dict[str, Any]:
        checks = {name: [asdict(check) for check in group] for name, group in self.checks.items()}
        return checks if self.settings is None else {**checks, "settings": dict(self.settings)}


def examine(
    programs: Iterable[Program], environment: Callable[[Program], Mapping[str, str] | None]
) -> tuple[ProgramCheck, ...]:
    """Look for every program, all at the same time, by starting it; `environment` says in which, None is the caller's."""
    asked = [
        (program, path, _ask(program, path, environment(program))) for program in programs for path in [program.find()]
    ]
    return tuple(_checked(program, path, answer) for program, path, answer in asked)


def _ask(program: Program, path: str | None, environment: Mapping[str, str] | None) -> subprocess.Popen[str] | None:
    if path is None:
        return None
    try:
        return subprocess.Popen(
            (path, *program.ask),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
    except OSError:
        return None


def _checked(program: Program, path: str | None, answer: subprocess.Popen[str] | None) -> ProgramCheck:
    version, problem = "", ""
    if answer is None:
        problem = f"cannot be started: {path}" if path else "not found"
    else:
        version, problem = _answered(answer, path or "", program.oldest)
    return ProgramCheck(
        name=program.name,
        found=not problem,
        path=path or "",
        version=version,
        packages=program.packages,
        install=_command(program),
        build_only=program.build_only,
        problem=problem,
    )


def _answered(answer: subprocess.Popen[str], path: str, oldest: tuple[int, ...]) -> tuple[str, str]:
    """The version it printed, and what is wrong with it."""
    try:
        output, _ = answer.communicate(timeout=_ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        answer.kill()
        answer.communicate()
        return "", f"does not answer within {_ANSWER_SECONDS} s"
    if answer.returncode:
        lines = [line for line in output.splitlines() if line.strip()]
        return "", f"does not work: {(lines or ['no reason given'])[-1].strip()}"
    found = _VERSION.search(output.replace(path, ""))  # some print their own path first
    version = found.group(1) if found else ""
    if oldest and tuple(map(int, version.split(".") if version else ())) < oldest:
        return version, f"version {version or 'unknown'} is too old, {'.'.join(map(str, oldest))} is needed"
    return version, ""


def _command(program: Program) -> str:
    if program.packages and Path("/etc/debian_version").exists():
        return f"sudo apt-get install -y {' '.join(program.packages)}"
    return program.install
