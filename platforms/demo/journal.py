"""The lock and the journal of a demo: who is changing it, and what a run is about to do.

A run writes down what it will do before it does it, and strikes that out after the baseline is back. A run that is
killed cannot strike anything out: the next command finds the entry, sees that its owner is dead, and restores.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from platforms.boundary import Platform, State
from platforms.demo import run_folder
from platforms.demo.https_door import HttpsDoor
from platforms.errors import Busy


class DemoPlatform(Platform, Protocol):
    """A platform as a demo of this machine: with a folder, and so with a lock and a journal of its own."""

    @property
    def key(self) -> str:
        """The name of its folder in the run folder, which no other demo of this machine has."""

    @property
    def door(self) -> HttpsDoor:
        """The way to call its gateway by HTTPS, under the rules that were applied last."""


@contextlib.contextmanager
def exclusive(key: str, what: str) -> Iterator[None]:
    """Nobody else changes the demo meanwhile; the right ends with its owner, however that ends.

    Raises Busy, naming the command that holds it. Not re-entrant: a second one in the same process is refused too.
    """
    path = run_folder.part(key) / "lock"
    # A lock of the kernel on an open file: it cannot outlive the process, and no child inherits it.
    with run_folder.open_text(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise Busy(_holder(file.read())) from error
        file.truncate(0)
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same, without saying whose it is
            os.write(file.fileno(), json.dumps({"what": what, "pid": os.getpid(), "since": _now()}).encode())
        try:
            yield
        finally:
            file.truncate(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """The intentions of a run."""

    who: str
    """The command."""
    pid: int
    since: str
    was: str
    """What was in force before, in words."""
    will: tuple[Mapping[str, object], ...]
    """Every state that the run will apply: its title, and its document."""


@dataclass(frozen=True, slots=True)
class Journal:
    """The one entry of a platform: open from before a run's first change until the baseline is back."""

    path: Path

    @classmethod
    def of(cls, key: str) -> Journal:
        return cls(run_folder.part(key) / "journal.json")

    def open(self, *, who: str, was: str, will: Mapping[str, State]) -> None:
        """Write, to the disk, that `who` replaces what `was` in force by each state of `will`, by title."""
        states = tuple({"title": title, **state.document()} for title, state in will.items())
        entry = Entry(who=who, pid=os.getpid(), since=_now(), was=was, will=states)
        run_folder.write(self.path, asdict(entry), to_disk=True)

    def read(self) -> Entry | None:
        """The open entry, if there is one; an unreadable one is open too, by nobody known."""
        try:
            fields = run_folder.read(self.path)
            return Entry(**{**fields, "will": tuple(fields["will"])})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            return Entry(who="a command", pid=0, since="an unknown time", was="", will=())

    def close(self) -> None:
        """The baseline is back: strike the entry out."""
        self.path.unlink(missing_ok=True)


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return (
            f"`{holder['what']}` is changing this demo (pid {holder['pid']}, since {holder['since']}): "
            "wait until it ends, or stop it with Ctrl-C"
        )
    except (ValueError, TypeError, KeyError):
        return "another command is changing this demo: wait until it ends"


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
