"""Everything the project needs on this machine, in one command that is quick the second time.

`python3 tools/setup.py` prepares the demo, `--dev` the tests and checks too. Standard library only: it is the first thing
that runs. What is missing from the system is installed by apt where that is allowed, otherwise the one command is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess  # noqa: TID251  # installing is what this script is for
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# What only the tests and checks need, as Debian names it, and the file that shows it is there.
DEV_PACKAGES = {
    "chromium": "/usr/bin/chromium",
    "chromium-driver": "/usr/bin/chromedriver",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto",
    "rake": "/usr/bin/rake",
    "rubocop": "/usr/bin/rubocop",
    "ruby-minitest": "/usr/share/doc/ruby-minitest",
    "ruby-rack-test": "/usr/share/doc/ruby-rack-test",
    "wrk": "/usr/bin/wrk",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what `make test`, `make check` and `make bench` need")
    parser.add_argument(
        "--platform",
        default="local",
        help="for which platform (default: local); `any` for the one that `up` would take",
    )
    options = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036  # this runs under whatever python3 is
        return _fail(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}")
    requirements = ["requirements.txt", *(["requirements-dev.txt"] if options.dev else [])]
    return _environment(requirements) or _runtimes(options.platform, dev=options.dev)


def _environment(requirements: list[str]) -> int:
    """Make the virtual environment hold exactly what is pinned."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in requirements)).hexdigest()
    stamp = VENV / f"installed-{requirements[-1]}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    if not PYTHON.exists():
        _say("making the virtual environment .venv")
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            if code := _apt(["python3-venv"]):
                return code
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    _say(f"installing {', '.join(requirements)} into .venv")
    arguments = [part for name in requirements for part in ("-r", str(ROOT / name))]
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        *arguments,
    ]
    if subprocess.run(pip, check=False).returncode:
        return _fail("pip could not install the requirements; its reason stands above")
    stamp.write_text(wanted)
    return 0


def _runtimes(platform: str, *, dev: bool) -> int:
    """Install what `doctor` finds missing on the system, and build the one service that has to be compiled.

    On Kubernetes nothing of this runs on the system: `up` looks for its own tools.
    """
    found = _doctor(platform)
    if "runtimes" not in found:
        return 0
    extra = [package for package, shown_by in DEV_PACKAGES.items() if dev and not Path(shown_by).exists()]
    if packages := sorted({package for one in _missing(found["runtimes"]) for package in one["packages"]} | set(extra)):
        if code := _apt(packages):
            return code
        found = _doctor(platform)
    if still := _missing(found["runtimes"]):
        return _fail(
            f"still missing: {', '.join(one['name'] for one in still)}; `python -m platforms doctor` says more"
        )
    return _platforms("build").returncode if any(one["problem"] for one in found["built"]) else 0


def _doctor(platform: str) -> dict[str, list[dict[str, Any]]]:
    which = [] if platform == "any" else ["--platform", platform]
    answer = _platforms("doctor", "--json", *which, stdout=subprocess.PIPE)
    document: dict[str, list[dict[str, Any]]] = json.loads(answer.stdout or "{}")
    return document


def _missing(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if not one["found"]]


def _platforms(*arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(PYTHON), "-m", "platforms", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, stdout=stdout, text=True)


def _apt(packages: list[str]) -> int:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    by_hand = f"sudo {' '.join(command)}"
    if shutil.which("apt-get") is None:
        return _fail(f"missing on this system: {', '.join(packages)} (Debian's names); install them and run this again")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        return _fail(f"system packages are missing; run this once, then the same command again:\n  {by_hand}")
    _say(f"installing {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        done = subprocess.run([*prefix, *step], check=False, capture_output=True, text=True, env=environment)
    return _fail(f"{by_hand}\n{done.stderr.strip()}") if done.returncode else 0


def _say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def _fail(text: str) -> int:
    print(f"setup: {text}", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
