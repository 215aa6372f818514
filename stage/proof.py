"""A proof: the real command of a scenario as a process of its own, which restores the baseline by itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess  # noqa: TID251  # this module owns the commands that the stage runs
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from platforms.demo.run_folder import open_text
from platforms.environment import ROOT
from platforms.local.processes import dies_with

_MOST_LOGGED = 1_000_000
_LONGEST = 2000
_PATIENCE_SECONDS = 90.0
"""How long a command that was stopped may take to put the baseline back: on a cluster, a minute."""


class Proof:
    """One command, from its start to its end; it is stopped as Ctrl-C stops it, and does not outlive this process."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        """Run `python -m` with these arguments; what it prints goes to the log, as far as that is not too much."""
        self._log = open_text(log, "w")
        self._said: deque[str] = deque(maxlen=1)
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            # SIGTERM, so that it puts the baseline back; the function takes no lock, so other threads do not matter.
            preexec_fn=dies_with(os.getpid(), signal.SIGTERM),  # noqa: PLW1509
        )

    @property
    def last_line(self) -> str:
        """The last thing that it said."""
        return self._said[0] if self._said else ""

    def wait(self) -> int:
        """Return the exit code once it has ended."""
        left = _MOST_LOGGED
        with self._log as log, self._process as process:
            for line in process.stdout or ():
                left -= len(line)
                if left > 0:
                    log.write(line)
                if line.strip():
                    self._said.append(line.strip()[:_LONGEST])
        return process.returncode

    def stop(self) -> None:
        """Interrupt it as Ctrl-C would."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """Stop it, and wait until it has put the baseline back; one that does not come to an end is killed."""
        self.stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_SECONDS)
        self._process.kill()
