"""What must be on the machine itself: the programs that `doctor` looks for, and those of the tests."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251  # `doctor` is a command
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.setup import apt
from tools.setup.places import PYTHON, ROOT
from tools.setup.steps import SetupFailed

# What only the tests and checks need, as Debian names it, and the file that shows it is there.
_DEV_PACKAGES = {
    "chromium": "/usr/bin/chromium",
    "chromium-driver": "/usr/bin/chromedriver",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto",
    "rake": "/usr/bin/rake",
    "rubocop": "/usr/bin/rubocop",
    "ruby-minitest": "/usr/share/doc/ruby-minitest",
    "ruby-rack-test": "/usr/share/doc/ruby-rack-test",
    "wrk": "/usr/bin/wrk",
}

Program = dict[str, Any]
"""One of those that `doctor` looks for, as its JSON has it."""


def programs(platform: str) -> list[Program]:
    """Return the programs that the platform runs on, here; empty for Kubernetes, where `up` looks for its own tools."""
    which = [] if platform == "any" else ["--platform", platform]
    command = [str(PYTHON), "-m", "platforms", "doctor", "--json", *which]
    answer = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    return list(json.loads(answer.stdout or "{}").get("runtimes", ()))


def have(found: Sequence[Program], platform: str, *, dev: bool) -> bool:
    """Install those that are missing; returns whether there were any, raises SetupFailed if some still are."""
    extra = [package for package, shown_by in _DEV_PACKAGES.items() if dev and not Path(shown_by).exists()]
    packages = sorted({package for one in _missing(found) for package in one["packages"]} | set(extra))
    if packages:
        apt.install(packages)
        found = programs(platform)
    if still := _missing(found):
        raise SetupFailed(
            f"still missing: {', '.join(one['name'] for one in still)}; `python -m platforms doctor` says more"
        )
    return bool(packages)


def _missing(found: Sequence[Program]) -> list[Program]:
    return [one for one in found if not one["found"]]
