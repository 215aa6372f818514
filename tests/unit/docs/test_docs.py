"""The documents name files, commands and each other rightly."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from platforms.environment import ROOT
from scenarios.prove.asked import expectations
from scenarios.prove.reading import ExpectationFile

PACKAGES = "platforms|scenarios|stage|bench|tools|tests"
OTHERS = frozenset({".git", ".venv", ".run", ".setup", "node_modules", "target", "reports"})
"""Folders of what is made or downloaded."""


def documents() -> list[Path]:
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(path for path in found if not OTHERS & set(path.parts))


def anchors(text: str) -> set[str]:
    """The places of a document that a link can lead to, as GitHub names them."""
    headings: list[str] = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def test_the_expectations_of_the_readme_are_some() -> None:
    """A newcomer copies them."""
    (text,) = re.findall(r"```yaml\n(# expect\.yaml\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)

    assert ["jason", "", "", ""] == [
        one.end_user for one in expectations(ExpectationFile("README.md", text), Fraction(5, 100))
    ]


@pytest.mark.parametrize("document", documents(), ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    """To a file or a folder of the project, and there to a heading."""
    text = (ROOT / document).read_text(encoding="utf-8")
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            dead.append(link)

    assert [] == dead


@pytest.mark.parametrize("document", documents(), ids=str)
def test_commands_are_there(document: Path) -> None:
    """A target of the Makefile, or a module that is a program."""
    text = (ROOT / document).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"`[^`\n]+`|^```.*?^```", text, re.MULTILINE | re.DOTALL))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    modules = {ROOT / name.replace(".", "/") for name in re.findall(rf"-m ((?:{PACKAGES})[a-z_.]*[a-z])", code)}

    assert set() == set(re.findall(r"(?:^|`)make ([a-z-]+)", code, re.MULTILINE)) - targets
    assert set() == {one for one in modules if not (one.with_suffix(".py").exists() or (one / "__main__.py").exists())}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_paths_are_there(document: Path) -> None:
    """Where one begins with a folder of the project's."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{PACKAGES}|services|manifests|docs)/[\w./-]*)`", text))

    assert set() == {path for path in named if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists())}
