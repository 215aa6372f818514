"""Building reviews, the one service that is compiled.

Only the standard library and nothing of ours: set-up runs this file by its path, while the packages are still being installed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess  # noqa: TID251  # this module starts Maven
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

FOLDER = Path(__file__).resolve().parents[3] / "services" / "reviews"
JAR = FOLDER / "target" / "reviews.jar"
ARCHIVE = JAR.with_suffix(".jsa")
"""The class data archive, which a build makes last."""

_MAVEN = ("mvn", "-q", "-B", "-ntp", "-Dmaven.test.skip", "package")


def is_built() -> bool:
    """Tell whether the jar and its archive are there, and the archive is newer than all sources."""
    sources = [FOLDER / "pom.xml", FOLDER / "jvm.options", *(FOLDER / "src" / "main").rglob("*.java")]
    # Maven leaves a jar alone whose content would be the same, so the jar's own time says nothing.
    return JAR.is_file() and ARCHIVE.is_file() and max(map(_changed, sources)) <= _changed(ARCHIVE)


class Build:
    """A build that is under way; as a context manager it ends with the block, and leaves nothing that looks built."""

    def __init__(self) -> None:
        # From nothing: Maven takes a jar that a build before left half written for a good one.
        shutil.rmtree(JAR.parent, ignore_errors=True)
        self.seconds = 0.0
        """How long it took, once it is over."""
        self._said = ""
        self._maven = subprocess.Popen(
            _MAVEN,
            cwd=FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # it is ended together with the JVM that it starts for the archive
        )
        self._listener = threading.Thread(target=self._listen, args=(time.monotonic(),), daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def complaint(self) -> str | None:
        """Maven's own words, if it could not build; waits until it is over."""
        self._listener.join()
        return self._said.strip() or f"exit code {self._maven.returncode}" if self._maven.returncode else None

    def end(self) -> None:
        """End it if it is not over."""
        if self._listener.is_alive():
            os.killpg(self._maven.pid, signal.SIGTERM)
            self._listener.join()
        if self._maven.returncode:
            ARCHIVE.unlink(missing_ok=True)

    def _listen(self, began: float) -> None:
        self._said, _ = self._maven.communicate()
        self.seconds = time.monotonic() - began


def _changed(path: Path) -> float:
    return path.stat().st_mtime
