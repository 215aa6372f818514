"""A proof: the real command of a scenario as a process of its own, which restores the baseline by itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess  # noqa: TID251  # this module owns the commands that the stage runs
import sys
from collections.abc import Sequence
from pathlib import Path

from platforms.demo.run_folder import open_text
from platforms.environment import ROOT
from platforms.local.processes import dies_with

_LONGEST = 4000
_PATIENCE_SECONDS = 90.0
"""How long a command that was stopped may take to put the baseline back: on a cluster, a minute."""


class Proof:
    """One command, from its start to its end; it is stopped as SIGTERM stops it, and does not outlive this process."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        """Run `python -m` with these arguments; what it prints replaces what the last one did in the log."""
        self._log = log
        # A file and no pipe: if we are killed, it must be able to say that it puts the baseline back, and do so.
        with open_text(log, "w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # SIGTERM, so that it puts the baseline back; the function takes no lock, so other threads do not matter.
                preexec_fn=dies_with(os.getpid(), signal.SIGTERM),  # noqa: PLW1509
            )

    @property
    def last_line(self) -> str:
        """The last thing that it said."""
        with open_text(self._log) as log:
            return log.read()[-_LONGEST:].strip().rpartition("\n")[2]

    def wait(self) -> int:
        """Return the exit code once it has ended."""
        return self._process.wait()

    def stop(self) -> None:
        """Have it put the baseline back and end. It may have inherited that SIGINT is ignored, as in a shell's background."""
        self._process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Stop it, and wait until it has put the baseline back; one that does not come to an end is killed."""
        self.stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_SECONDS)
        self._process.kill()
