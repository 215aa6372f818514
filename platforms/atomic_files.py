"""Files replaced in one step: a reader finds the old text or the new one."""

from __future__ import annotations

import os
from pathlib import Path

_OWNER_ONLY = 0o600


def write_atomically(path: Path, text: str, *, to_disk: bool = False) -> None:
    """Replace a file by this text, readable for its owner alone; with `to_disk` it outlives a power cut from then on.

    The text is written beside it first, always under the same name: a writer that is killed leaves at most that one file,
    which the next one removes. So a file has one writer at a time.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    try:
        # Made here, or not at all: nobody's link is followed.
        with os.fdopen(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            if to_disk:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if to_disk:
        _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
