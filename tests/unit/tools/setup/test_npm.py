"""What set-up brings from npm, by an npm of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.setup.npm import Packages
from tools.setup.steps import SetupFailed


@pytest.fixture
def packages(tmp_path: Path) -> Packages:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}")
    return Packages("the editor", folder, folder / "node_modules" / "made")


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script that is npm; it writes what it is asked for into the file `said` beside itself."""
    path = tmp_path / "bin" / "npm"
    path.parent.mkdir()
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    monkeypatch.setenv("SAID", str(path.parent / "said"))
    path.write_text("")
    path.chmod(0o755)
    return path


def does(npm: Path, script: str) -> None:
    npm.write_text(f"#!/bin/sh\n{script}\n")


WORKING = """\
echo "$1" >> "$SAID"
if [ "$1" = ci ]; then rm -rf node_modules; mkdir node_modules; else touch node_modules/made; fi
"""


def test_once(packages: Packages, npm: Path) -> None:
    """Fetched and built the first time, and not asked again."""
    does(npm, WORKING)
    packages.have()
    packages.have()

    assert ["ci", "run"] == (npm.parent / "said").read_text().split()


@pytest.mark.parametrize("what", ["package-lock.json", "build.js", "node_modules/made"])
def test_anew(packages: Packages, npm: Path, what: str) -> None:
    """Done anew where a file of the folder is another one, or what was made is gone."""
    does(npm, WORKING)
    packages.have()
    path = packages.folder / what
    path.unlink() if path == packages.made else path.write_text("another")
    packages.have()

    assert ["ci", "run", "ci", "run"] == (npm.parent / "said").read_text().split()


def test_fails(packages: Packages, npm: Path) -> None:
    """Npm's own words are said, and what it left is not taken for done."""
    does(npm, 'mkdir -p node_modules; touch node_modules/made; echo "no such version" >&2; exit 1')
    with pytest.raises(SetupFailed, match="npm could not bring the editor:\nno such version"):
        packages.have()
    does(npm, WORKING)
    packages.have()

    assert ["ci", "run"] == (npm.parent / "said").read_text().split()


def test_no_npm(packages: Packages, npm: Path) -> None:
    """Without npm and without a way to install it, one line names the package."""
    npm.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(npm.parent))
        with pytest.raises(SetupFailed, match=r"^missing on this system: npm "):
            packages.have()
