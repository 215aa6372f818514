"""The virtual environment, which holds what is pinned."""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess  # noqa: TID251  # Python's own program makes it
import sys
from collections.abc import Iterator

from tools.setup import apt, installers
from tools.setup.places import PYTHON, ROOT, UV_PINS, VENV
from tools.setup.steps import SetupFailed, step

_HELD = VENV / "held.json"
"""What was installed to its end: the hash of each file of pins, by the file's name."""
_HALF_MADE = VENV / "half-made"
"""There while something is being installed; another run that finds it knows that this was cut off."""


def have(*names: str) -> None:
    """Make the environment hold what these files pin; raises SetupFailed."""
    wanted = {name: _hash(name) for name in names}
    if not PYTHON.exists() or _HALF_MADE.exists():
        with step("making .venv"):
            _make()
    held = _held()
    if wanted.items() <= held.items():
        return
    with _changing(complete=bool(held)):
        if installers.install(names, has_uv=held.get(UV_PINS) == _hash(UV_PINS)):
            wanted[UV_PINS] = _hash(UV_PINS)
        _HELD.write_text(json.dumps(wanted))


def _make() -> None:
    """Make it without packages, not even pip, which comes with the others."""
    command = [sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        apt.install(["python3-venv"])
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SetupFailed(f".venv cannot be made:\n{(done.stdout + done.stderr).strip()}")


def _held() -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(_HELD.read_text()))
    return {}


@contextlib.contextmanager
def _changing(*, complete: bool) -> Iterator[None]:
    """Leaves the mark if the block is cut off, or fails in an environment that was not complete before.

    Where it was complete, what failed had only been looked for: it goes on holding what it held.
    """
    _HALF_MADE.touch()
    try:
        yield
    except SetupFailed:
        if complete:
            _HALF_MADE.unlink()
        raise
    _HALF_MADE.unlink()


def _hash(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
