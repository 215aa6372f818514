"""The programs that call inside of pods, run here."""

from __future__ import annotations

import subprocess  # noqa: TID251  # the programs are commands
import sys

from platforms.demo.foreign import foreign_pair
from platforms.kubernetes.calls.scripts import by_plain_http, by_tls, statuses

NOWHERE = "127.0.0.250"
"""An address of this machine at which nobody listens."""


def run(command: list[str]) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_nobody_answers() -> None:
    """A line per call, whatever becomes of it."""
    assert ["-", "-"] == run(by_plain_http(NOWHERE, "/ratings/0", 2))
    python = [sys.executable, *by_tls(NOWHERE, "/ratings/0", 2, foreign_pair("spiffe://a/ns/b/sa/c"))[1:]]
    assert ["-", "-"] == run(python)


def test_answers_are_read() -> None:
    assert [200, 403, None] == statuses(["200", "403", "-"])
