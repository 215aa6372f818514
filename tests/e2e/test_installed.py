"""The project as pip installs it: with plain pip, in an environment that has nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251  # pip and the installed command are run as a user runs them
import sys
from pathlib import Path

import pytest

from platforms.environment import ROOT, VERSION

pytestmark = pytest.mark.exhaustive  # pip takes most of a minute


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment into which pip has installed the checkout."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "--quiet", ROOT], check=True)
    return venv / "bin"


def run(command: Path, *words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return subprocess.run([command, *words], cwd=home, env=environment, capture_output=True, text=True, check=False)


def test_an_installed_copy_checks_rules_and_leaves_the_rest_to_a_checkout(installed: Path, tmp_path: Path) -> None:
    """What needs no Bookinfo works away from the checkout; `up` says in one line what it needs."""

    def bookinfo(*words: str) -> subprocess.CompletedProcess[str]:
        return run(installed / "bookinfo", *words, home=tmp_path)

    assert f"bookinfo-proof {VERSION}\n" == bookinfo("--version").stdout
    checked = bookinfo("check", "-f", str(ROOT / "istio" / "canary.yaml"))
    assert (0, "") == (checked.returncode, checked.stderr)
    refused = bookinfo("up")
    assert (3, 1) == (refused.returncode, refused.stderr.count("\n"))
    assert "in a checkout `make demo-up` brings them up" in refused.stderr
    assert 3 == bookinfo("canary").returncode
    assert (tmp_path / ".local" / "state" / "bookinfo").is_dir()


def test_the_example_holds_its_rules_to_claims(installed: Path, tmp_path: Path) -> None:
    """Somebody else's repository needs nothing but the plugin; a rule that was changed fails there, and only that."""
    shop = tmp_path / "shop"
    shutil.copytree(ROOT / "examples" / "shop", shop)
    held = run(installed / "pytest", "-q", home=shop)
    assert (0, True) == (held.returncode, "3 passed" in held.stdout), held.stdout
    rule = shop / "rules" / "orders.yaml"
    rule.write_text(rule.read_text().replace("weight: 80", "weight: 50").replace("weight: 20", "weight: 50"))
    broken = run(installed / "pytest", "-q", home=shop)
    assert (1, True) == (broken.returncode, "1 failed, 2 passed" in broken.stdout), broken.stdout
    assert "orders: FAILS: " in broken.stdout


def test_a_package_of_the_same_name(installed: Path, tmp_path: Path) -> None:
    """A package `scenarios` of somebody's own works as before, and who asks for the mesh is told what is in its place."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").write_text("MINE = True\n")
    (tmp_path / "test_it.py").write_text(
        "import scenarios\n\ndef test_mine():\n    assert scenarios.MINE\n\ndef test_mesh(mesh):\n    mesh.service('orders')\n"
    )

    found = run(installed / "pytest", "-q", home=tmp_path)

    assert "1 passed, 1 error" in found.stdout
    assert f"package scenarios, and {tmp_path / 'scenarios'} is in its place" in found.stdout
