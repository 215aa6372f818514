"""Telling a stub how to answer from now on, over the Unix socket that it has for this alone."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from platforms.errors import NotApplied

_SECONDS = 5.0


def tell(path: Path, status: int, delay: float) -> None:
    """Return when the stub answers like this; raises NotApplied where it does not listen."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_SECONDS)
        try:
            connection.connect(str(path))
            connection.sendall(json.dumps({"status": status, "delay": delay}).encode() + b"\n")
            if connection.makefile("rb").readline():
                return
        except OSError as error:
            raise NotApplied(f"the stub at {path.name} cannot be told how to answer: {error}") from error
    raise NotApplied(f"the stub at {path.name} did not take its answer over")
