"""The folder for what a running demo leaves behind, and whom its content can be believed of."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from platforms.environment import ROOT
from platforms.errors import NotReachable


def run_folder() -> Path:
    """The run folder, made if it is not there; `BOOKINFO_RUN` overrides `.run`.

    Commands end the processes, remove the folders and start the programs that its files name: raises NotReachable where
    anybody else could write them.
    """
    folder = Path(os.environ.get("BOOKINFO_RUN") or ROOT / ".run").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check(folder)
    except OSError as error:
        raise NotReachable(f"{folder}: no run folder: {error.strerror}; BOOKINFO_RUN names another") from error
    return folder


def _check(folder: Path) -> None:
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
    for parent in folder.parents:
        mode = parent.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise NotReachable(
                f"{folder}: everybody can replace this run folder, for {parent} is theirs to write: "
                f"`chmod o-w {parent}`, or name another by BOOKINFO_RUN"
            )
