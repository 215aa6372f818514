"""Set-up as it is typed, in a project of its own, whose packages come from an index on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess  # noqa: TID251  # set-up is a command
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from platforms.environment import ROOT
from tests.e2e.demo import alive, until
from tests.e2e.package_index import PASSWORD, Index, serving

UV = Path(sys.executable).with_name("uv")
pytestmark = pytest.mark.skipif(not UV.exists(), reason="there is no uv here: `make setup` brings it")

NOWHERE = "http://127.0.0.1:9/simple"


class Project:
    """A clone whose pins are a few wheels on an index of its own."""

    def __init__(self, folder: Path, index: Index) -> None:
        self.folder, self.index = folder, index
        for part in ("tools/setup", "platforms", "istio", "services/reviews", "stage/editor"):
            made = shutil.ignore_patterns("__pycache__", "target", "node_modules")
            shutil.copytree(ROOT / part, folder / part, ignore=made)
        (folder / "tools" / "__init__.py").touch()
        self.python = sys.executable
        self._programs = folder.parent / "programs"
        self._programs.mkdir()
        # A uv that is this environment's, and all packages that this one has.
        uv = index.add("uv", {"uv-1.0.data/scripts/uv": f'#!/bin/sh\nexec {UV} "$@"\n'})
        borrowed = index.add("borrowed", {"borrowed.pth": f"{sysconfig.get_path('purelib')}\n"})
        (folder / "requirements-setup.txt").write_text(uv)
        self.pin(borrowed, index.add("novel", {"novel.py": "EDITION = 1\n"}))

    def pin(self, *lines: str) -> None:
        (self.folder / "requirements.txt").write_text("".join(lines))

    def program(self, name: str, script: str) -> None:
        """Put a program first on PATH."""
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def set_up(self, platform: str = "kind", index_url: str = "", *options: str) -> subprocess.CompletedProcess[str]:
        with self.start(platform, index_url, *options) as running:
            stdout, stderr = running.communicate(timeout=120)
        return subprocess.CompletedProcess((), running.returncode, stdout, stderr)

    def start(self, platform: str = "kind", index_url: str = "", *options: str) -> subprocess.Popen[str]:
        settings = self.folder.parent / "pip.conf"
        settings.write_text(f"[global]\nindex-url = {index_url or self.index.url}\nretries = 1\n")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
        return subprocess.Popen(
            [self.python, "-m", "tools.setup", "--platform", platform, *options],
            cwd=self.folder,
            env={
                **kept,
                "PATH": f"{self._programs}:{os.environ['PATH']}",
                "PIP_CONFIG_FILE": str(settings),
                "UV_NO_CACHE": "1",
                "PIP_NO_CACHE_DIR": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def at_work(self) -> list[str]:
        """The processes that were started with something of this project."""
        started = (" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"]))
        return [line for line in started if str(self.folder) in line]

    def edition(self) -> str:
        """What is installed, as its own Python says it."""
        asked = (self.folder / ".venv" / "bin" / "python", "-c", "import novel; print(novel.EDITION)")
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with serving(tmp_path / "index") as index:
        yield Project(tmp_path / "project", index)


def steps(output: str) -> list[str]:
    """What set-up said, without the seconds."""
    return [line.removeprefix("setup: ").partition(" ...")[0] for line in output.splitlines()]


def test_by_uv(project: Project) -> None:
    """Packages come by uv from where pip is told to look, password and all, and a second run has nothing to say."""
    first, second = project.set_up(), project.set_up()

    assert (0, "") == (first.returncode, first.stderr)
    assert ["making .venv", "fetching uv", "installing requirements.txt"] == steps(first.stdout)
    assert all(line.endswith(" s") for line in first.stdout.splitlines())
    assert {"pip", "uv"} == project.index.clients
    assert "1" == project.edition()
    assert (0, "", "") == (second.returncode, second.stdout, second.stderr)


@pytest.mark.exhaustive
def test_without_uv(project: Project) -> None:
    """Where uv is not to be had, pip installs, and one line says why."""
    (project.folder / "requirements-setup.txt").write_text(f"uv==2.0 --hash=sha256:{'0' * 64}\n")
    first, second = project.set_up(), project.set_up()

    assert (0, "", "1") == (first.returncode, first.stderr, project.edition())
    assert "setup: not by uv, it says: ERROR: No matching distribution found for uv==2.0" in first.stdout
    assert "installing requirements.txt by pip" == steps(first.stdout)[-1]
    assert (0, "") == (second.returncode, second.stdout)


@pytest.mark.exhaustive
def test_without_pip(project: Project, tmp_path: Path) -> None:
    """Where this Python has no pip, the one that it brings along for its environments fetches uv."""
    venv.create(tmp_path / "bare", with_pip=False)
    project.python = str(tmp_path / "bare" / "bin" / "python")
    done = project.set_up()

    assert (0, "", "1") == (done.returncode, done.stderr, project.edition())
    assert ["making .venv", "putting pip into .venv", "fetching uv", "installing requirements.txt"] == steps(
        done.stdout
    )


@pytest.mark.exhaustive
def test_other_hash(project: Project) -> None:
    """A package with another hash than is pinned is not installed, by nobody."""
    project.index.add("novel", {"novel.py": "EDITION = 'not what was pinned'\n"})
    done = project.set_up()

    assert 3 == done.returncode
    assert "setup: pip could not install them; its reason stands above\n" in done.stderr
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert "ModuleNotFoundError: No module named 'novel'" == project.edition()


@pytest.mark.exhaustive
def test_no_hash(project: Project) -> None:
    """What is pinned without a hash is not installed."""
    project.pin("novel==1.0\n")
    done = project.set_up()

    assert 3 == done.returncode
    assert "Hashes are required in --require-hashes mode" in done.stderr
    assert "ModuleNotFoundError: No module named 'novel'" == project.edition()


@pytest.mark.exhaustive
def test_no_network(project: Project) -> None:
    """Without a network the reason is said once, and no password; the next run does all of it."""
    without = project.set_up(index_url=NOWHERE.replace("127", f"reader:{PASSWORD}@127", 1))
    after = project.set_up()

    assert 3 == without.returncode
    assert "setup: pip could not install them; its reason stands above\n" in without.stderr
    assert "Failed to establish a new connection" in without.stderr
    assert PASSWORD not in without.stdout + without.stderr
    assert (0, "1") == (after.returncode, project.edition())


@pytest.mark.exhaustive
@pytest.mark.parametrize("meanwhile", ["uv", "novel"])
def test_cut_off(project: Project, meanwhile: str) -> None:
    """Ctrl-C in the middle is one line and leaves nobody at work, and the next run makes a half-made environment anew."""
    project.index.held_back = meanwhile
    with project.start() as running:
        assert project.index.asked.wait(60)
        half = next((project.folder / ".venv" / "lib").glob("python*/site-packages")) / "novel-1.0.dist-info"
        half.mkdir()  # what was pinned, as far as it came
        (half / "METADATA").write_text("Metadata-Version: 2.1\nName: novel\nVersion: 1.0\n")
        (half / "RECORD").touch()
        running.send_signal(signal.SIGINT)
        _, complaint = running.communicate(timeout=60)
    until(lambda: not project.at_work(), what="nobody is at work in the project")
    project.index.held_back = ""
    after = project.set_up()

    assert (130, "setup: stopped; the next run does what is missing\n") == (running.returncode, complaint)
    assert (0, "1") == (after.returncode, project.edition())
    assert "making .venv" == steps(after.stdout)[0]


@pytest.mark.exhaustive
def test_other_pins(project: Project) -> None:
    """New pins go into the environment that is there; as long as they are not to be had, it goes on with the old ones."""
    project.set_up()
    ours = project.folder / ".venv" / "ours"
    ours.touch()
    old = (project.folder / "requirements.txt").read_text()
    project.pin(old.partition("novel")[0], project.index.add("novel", {"novel.py": "EDITION = 2\n"}, version="2.0"))
    without, edition = project.set_up(index_url=NOWHERE), project.edition()
    done = project.set_up()

    assert (3, "1") == (without.returncode, edition)
    assert (0, "2") == (done.returncode, project.edition())
    assert ["installing requirements.txt"] == steps(done.stdout)
    assert ours.exists()


@pytest.mark.exhaustive
def test_the_editor_comes_with_the_stage(project: Project) -> None:
    """Nothing is asked of npm before the stage is asked for."""
    project.program(
        "npm",
        "test $1 = ci || { mkdir -p ../static/vendor; touch ../static/vendor/codemirror.js; }; mkdir -p node_modules",
    )
    without, with_stage = project.set_up(), project.set_up("kind", "", "--stage")

    assert "fetching the stage's editor from npm" not in steps(without.stdout)
    assert (0, "") == (with_stage.returncode, with_stage.stderr)
    assert ["fetching the stage's editor from npm"] == steps(with_stage.stdout)


@pytest.mark.exhaustive
def test_packages_fail_beside_maven(project: Project, tmp_path: Path) -> None:
    """When the packages cannot be had, Maven does not go on alone."""
    project.program(
        "mvn", f"echo $$ > {tmp_path / 'written'}; mv {tmp_path / 'written'} {tmp_path / 'maven'}; exec sleep 600"
    )
    project.program("javac", "exit 0")
    project.index.held_back = "uv"
    with project.start("local", index_url=project.index.url) as running:
        until((tmp_path / "maven").exists, what="Maven has begun")
        project.pin(f"novel==9.0 --hash=sha256:{'0' * 64}\n")
        project.index.release.set()
        _, complaint = running.communicate(timeout=60)

    assert 3 == running.returncode
    assert "No matching distribution found for novel==9.0" in complaint
    assert not alive(int((tmp_path / "maven").read_text()))


@pytest.mark.exhaustive
def test_maven_fails_beside_packages(project: Project) -> None:
    """When Maven fails, the packages are installed all the same, and then its own words are said, once."""
    project.program(
        "mvn", 'test "$1" = --version && echo Apache Maven 3.9.9 && exit; echo "[ERROR] no such symbol"; exit 1'
    )
    project.program("javac", "echo javac 17.0.1")
    done = project.set_up("local")

    assert 3 == done.returncode
    assert "setup: Maven could not build reviews:\n[ERROR] no such symbol\n" == done.stderr
    assert ["making .venv", "fetching uv", "installing requirements.txt", "building reviews"] == steps(done.stdout)
    assert "1" == project.edition()


@pytest.mark.skipif(shutil.which("mvn") is None, reason="there is no Maven here: `make setup` brings it")
@pytest.mark.exhaustive
def test_half_built(project: Project) -> None:
    """What a build that was cut off left, such as half a jar, is not in the way of the next one."""
    target = project.folder / "services" / "reviews" / "target"
    first = project.set_up("local")
    for path in (target / "reviews.jar", *(target / "lib").iterdir()):
        os.truncate(path, 1000)
    (target / "reviews.jsa").unlink()
    done = project.set_up("local")

    assert (0, 0, "") == (first.returncode, done.returncode, done.stderr)
    assert ["building reviews"] == steps(done.stdout)
    assert all(
        zipfile.ZipFile(path).testzip() is None for path in (target / "reviews.jar", *(target / "lib").iterdir())
    )
    assert (target / "reviews.jsa").exists()
