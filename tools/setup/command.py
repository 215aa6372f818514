"""The command: the packages, and beside them reviews, then what both run on."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys

from tools.setup import environment, machine, npm
from tools.setup.reviews import Reviews
from tools.setup.steps import SetupFailed


def main() -> int:
    """Have everything; returns the exit code, 3 if something cannot be had."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description="Install and build what is missing.")
    parser.add_argument("--dev", action="store_true", help="also what `make test`, `make check` and `make bench` need")
    parser.add_argument("--stage", action="store_true", help="also what `make stage` needs: its editor, from npm")
    parser.add_argument(
        "--platform",
        default="local",
        help="for which platform (default: local); `any` for the one that `up` would take",
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is under way is ended, too
    try:
        _have(options.platform, dev=options.dev, stage=options.stage)
    except SetupFailed as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("setup: stopped; the next run does what is missing", file=sys.stderr)
        return 130
    return 0


def _have(platform: str, *, dev: bool, stage: bool) -> None:
    with Reviews() as reviews:
        if platform == "local" or (platform == "any" and shutil.which("docker") is None):
            reviews.begin()
        environment.have("requirements.txt", *(["requirements-dev.txt"] if dev else []))
        if programs := machine.programs(platform):
            reviews.have(anew=machine.have(programs, platform, dev=dev))
    if stage or dev:
        npm.EDITOR.have()
    if dev:
        npm.CHECKS.have()
