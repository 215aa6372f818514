"""The keys of the catalogues, and those that the code says."""

from __future__ import annotations

import ast
import re

from platforms.environment import ROOT
from scenarios.messages.catalogue import catalogue
from scenarios.messages.language import Language

KEYS = catalogue(Language.ENGLISH).keys()
MADE = {"verdict", "scenario", "fault", "app", "table", "help", "reports"}
"""Sections whose keys are made of a name."""
MADE_KEYS = {
    *("page.before", "page.during", "page.after", "note.no_mtls"),
    *("controls.answer", "controls.after", "controls.scenario", "controls.defect"),
}


def said() -> set[str]:
    """Every key that stands in the code as it is."""
    found: set[str] = set()
    for path in (ROOT / "scenarios").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for path in (ROOT / "scenarios" / "reporting" / "templates").iterdir():
        found |= set(re.findall(r'message\("([a-z_]+\.[a-z_0-9]+)"', path.read_text()))
    return found


def written() -> set[str]:
    """Every key with which a message is made."""
    return {
        node.args[0].value
        for path in (ROOT / "scenarios").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Message"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_message_has_its_sentence() -> None:
    """What is said is in the catalogues."""
    assert set() == written() - KEYS


def test_no_sentence_is_left_over() -> None:
    """What nobody says any more is taken out."""
    assert set() == {key for key in KEYS - said() - MADE_KEYS if key.partition(".")[0] not in MADE}
