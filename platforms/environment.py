"""The version of the project, its folders, and the hand-over to its own Python.

Only the standard library: this runs under whatever `python` is, before anything is installed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import TracebackType

VERSION = "0.1.0"
"""The one place that names it: the packaging reads it here."""
ROOT = Path(__file__).resolve().parent.parent
"""The folder with the project's packages: the checkout, or where pip has installed them."""
IS_CHECKOUT = (ROOT / "Makefile").is_file()
"""An installed copy has the rules, the manifests and productpage, and none of the services in other languages."""
DATA = ROOT if IS_CHECKOUT else ROOT / "platforms" / "data"
"""The folder of `istio/`, `manifests/` and `services/`."""

_NEEDED = ("yaml", "rich", "urllib3", "envoy", "locust", "kubernetes")
_COMMANDS = ("bookinfo", "platforms", "scenarios", "stage")


def own_python() -> Path:
    """The interpreter of the environment that `make setup` builds."""
    return ROOT / ".venv" / "bin" / "python"


def default_run_folder() -> Path:
    """The folder for what a running demo leaves behind, where `BOOKINFO_RUN` names no other."""
    if IS_CHECKOUT:
        return ROOT / ".run"
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "bookinfo"


def hand_over() -> None:
    """Run the same `python -m …` command in the project's own environment if this one lacks packages.

    A presenter types `python` and gets whatever is first on PATH; that must be enough.
    """
    command = sys.orig_argv[1:]
    module = command[command.index("-m") + 1] if "-m" in command[:-1] else ""
    if module.partition(".")[0] not in _COMMANDS:
        return
    sys.excepthook = _plainly
    if all(map(importlib.util.find_spec, _NEEDED)):
        return
    python = own_python()
    if not python.exists() or os.environ.get("BOOKINFO_HANDED_OVER"):
        print(f"{module}: the project is not set up for this Python; run `make demo-up` first", file=sys.stderr)
        sys.exit(3)  # as errors.py: the platform could not do it
    if {"-v", "-vv", "--verbose"} & set(command):
        print(f"{sys.executable} lacks the project's packages: handing over to {python}", file=sys.stderr)
    os.environ["BOOKINFO_HANDED_OVER"] = "1"
    os.execv(python, [str(python), *command])  # noqa: S606  # the same command, no shell


def _plainly(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A Ctrl-C before the command itself has begun, while its packages are imported, is no news from their inside."""
    if issubclass(kind, KeyboardInterrupt):
        print("stopped by Ctrl-C; nothing had been changed", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)
