"""The folder for what a running demo leaves behind, and whom its content can be believed of."""

from __future__ import annotations

import functools
import json
import os
import stat
from pathlib import Path
from typing import Any, TextIO, cast

from platforms.atomic_files import write_atomically
from platforms.environment import default_run_folder
from platforms.errors import NotReachable


def run_folder() -> Path:
    """The run folder, made if it is not there; `BOOKINFO_RUN` overrides `.run` of a checkout.

    Commands end the processes, remove the folders and start the programs that its files name: raises NotReachable where
    anybody else could write them.
    """
    folder = Path(os.environ.get("BOOKINFO_RUN") or default_run_folder()).resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check(folder)
    except OSError as error:
        raise NotReachable(f"{folder}: no run folder: {error.strerror}; BOOKINFO_RUN names another") from error
    return folder


def part(name: str) -> Path:
    """One folder of the run folder, made if it is not there; raises NotReachable as `run_folder` does."""
    folder = run_folder() / name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            raise NotReachable(f"{folder}: a link to another folder: remove it, or name another by BOOKINFO_RUN")
        _check_own(folder)
    except OSError as error:
        raise NotReachable(f"{folder}: no run folder: {error.strerror}; BOOKINFO_RUN names another") from error
    return folder


def has_demo(platform: str) -> bool:
    """Tell whether a demo was brought up on a platform and not taken down; whether it still answers is another question."""
    return demo_file(part(platform)).exists()


def demo_file(folder: Path) -> Path:
    """Return the file in which a platform records its demo."""
    return folder / "demo.json"


def open_text(path: Path, mode: str = "r") -> TextIO:
    """Open a plain file of the run folder, made for its owner alone: a link leads anywhere, and a pipe has no end."""
    if path.parent.is_symlink() or (os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode)):
        raise NotReachable(f"{path}: not a plain file in a folder of the demo's; remove it, and try again")
    opener = functools.partial(os.open, mode=0o600)
    return cast(TextIO, open(path, mode, encoding="utf-8", errors="replace", opener=opener))


def read(path: Path) -> Any:
    """The JSON in a file of the run folder; raises FileNotFoundError, or ValueError for what is none."""
    with open_text(path) as file:
        try:
            return json.load(file)
        except RecursionError as error:
            raise ValueError(f"{path}: nested too deeply") from error


def write(path: Path, document: Any, *, to_disk: bool = False) -> None:
    """Replace a file of the run folder by this JSON in one step; `to_disk` as in `write_atomically`."""
    write_atomically(path, json.dumps(document, ensure_ascii=False, indent=2, default=str), to_disk=to_disk)


def _check(folder: Path) -> None:
    _check_own(folder)
    for parent in folder.parents:
        mode = parent.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise NotReachable(
                f"{folder}: everybody can replace this run folder, for {parent} is theirs to write: "
                f"`chmod o-w {parent}`, or name another by BOOKINFO_RUN"
            )


def _check_own(folder: Path) -> None:
    own = folder.stat()
    if own.st_uid != os.geteuid():
        raise NotReachable(
            f"{folder}: the run folder belongs to user {own.st_uid}, not to you; BOOKINFO_RUN names another"
        )
    if own.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotReachable(
            f"{folder}: others can write this run folder, and so have your commands do what they want: "
            f"`chmod go-w {folder}`, or name another by BOOKINFO_RUN"
        )
