"""Packages from npm: exactly those that a lock file names, beside it, and what is built of them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess  # noqa: TID251  # npm is a program
from dataclasses import dataclass
from pathlib import Path

from tools.setup import apt
from tools.setup.places import ROOT
from tools.setup.steps import SetupFailed, step


@dataclass(frozen=True)
class Packages:
    """A folder with a `package.json`, and what is made of it."""

    what: str
    folder: Path
    made: Path

    def have(self) -> None:
        """Fetch and build unless that was done for these very files; raises SetupFailed with npm's words."""
        mark, wanted = self.folder / "node_modules" / ".made-of", self._hash()
        if self.made.exists() and mark.exists() and mark.read_text() == wanted:
            return
        if shutil.which("npm") is None:
            apt.install(["npm"])
        with step(f"fetching {self.what} from npm"):
            # Everything anew, the mark too: what was cut off is not taken for done.
            self._npm("ci")
            self._npm("run", "build", "--if-present")
        mark.write_text(wanted)

    def _npm(self, *words: str) -> None:
        done = subprocess.run(
            [shutil.which("npm") or "npm", *words, "--loglevel=error"],
            cwd=self.folder,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
            raise SetupFailed(f"npm could not bring {self.what}:\n{said}")

    def _hash(self) -> str:
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


EDITOR = Packages(
    "the stage's editor", ROOT / "stage" / "editor", ROOT / "stage" / "static" / "vendor" / "codemirror.js"
)
CHECKS = Packages(
    "the checks of the stage's scripts", ROOT / "tools" / "web", ROOT / "tools" / "web" / "node_modules" / "axe-core"
)
