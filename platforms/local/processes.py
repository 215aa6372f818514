"""Processes as a supervisor needs them: started so that they cannot outlive it, known by more than a number."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess  # noqa: TID251  # this module owns the starting of Envoys and workloads
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MARK = "BOOKINFO_DEMO"
"""In the environment of every child: which demo it belongs to."""

_PR_SET_PDEATHSIG = 1
_START_TIME = 21 - 2  # field 22 of /proc/PID/stat, counted from the field after the command's closing bracket
_STATE = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """One process and no other: the kernel gives a number again, but not with the same start time."""

    pid: int
    started: int
    """In clock ticks since the machine booted."""

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The process that has this number now, if it is alive."""
        stat = _stat(pid)
        return None if stat is None or stat[_STATE] in "ZX" else cls(pid, int(stat[_START_TIME]))

    @property
    def alive(self) -> bool:
        return Identity.of(self.pid) == self

    def runs(self, module: str) -> bool:
        """Tell a process of this user's that was started with `-m module`."""
        folder = Path(f"/proc/{self.pid}")
        try:
            own = folder.stat().st_uid == os.geteuid()
            return own and f"\0-m\0{module}\0".encode() in (folder / "cmdline").read_bytes()
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Launch:
    """A command to start."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


def start(launch: Launch, *, log: Path, mark: str) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own that dies with the caller; its output goes to the end of `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            launch.command,
            env={**launch.environment, MARK: mark},
            cwd=launch.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Safe beside other threads too: the function below takes no lock, it only makes system calls.
            preexec_fn=dies_with(os.getpid(), signal.SIGKILL),  # noqa: PLW1509
        )


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that `start` started and to all its descendants."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def dies_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    """Ask, between fork and exec, for a signal when the thread that forks, and so the parent, dies. Linux only."""
    if sys.platform != "linux":
        return None
    # Everything the child needs is looked up before the fork.
    prctl, getppid, leave = ctypes.CDLL(None).prctl, os.getppid, os._exit
    wanted = int(number)

    def dies_with_parent() -> None:
        prctl(_PR_SET_PDEATHSIG, wanted, 0, 0, 0)
        if getppid() != parent:  # it died before the request was made
            leave(1)

    return dies_with_parent


def leftovers(mark: str) -> tuple[int, ...]:
    """The living processes of a demo, and what they started: nobody else's carry its mark."""
    return tuple(pid for pid in _living() if _carries(pid, mark))


def sweep(mark: str) -> tuple[int, ...]:
    """Kill what is left of a demo's processes; returns what was killed."""
    left = leftovers(mark)
    for pid in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return left


def _living() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))) and stat[_STATE] not in "ZX":
            yield int(entry.name)


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()


def _carries(pid: int, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
