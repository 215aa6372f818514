"""The gateway's door for HTTPS, as callers on the machine of a demo find it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from platforms.bookinfo import PATH
from platforms.loopback import LOOPBACK

_HERE = "localhost"


@dataclass(frozen=True, slots=True)
class HttpsDoor:
    """Where it is, and how to know that it is the right one."""

    port: int
    """On 127.0.0.1."""
    authority: Path
    """The file with the certificates of whoever signs for the demo."""
    way: str = ""
    """The command by which alone this port leads to the gateway, and which is to run meanwhile."""
    others: frozenset[str] = frozenset()
    """The names of Secrets that somebody else keeps for the gateway."""

    def call(self, host: str) -> str:
        """The command that asks a host for the page."""
        resolved = () if host == _HERE else ("--resolve", f"{host}:{self.port}:{LOOPBACK}")
        url = f"https://{host}:{self.port}{PATH}"
        return shlex.join(("curl", "--cacert", str(self.authority), *resolved, url))
