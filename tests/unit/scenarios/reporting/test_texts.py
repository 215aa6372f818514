"""The texts of a document, in English and as messages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message
from scenarios.reporting.texts import in_english, scenario_name, with_messages

LEAK = Message("reason.leak", seen=5, of=900, group=Message("who.others"), outcome="v3")
TOLD: dict[str, Any] = {
    "title": "90,10,0",
    "reasons": [LEAK],
    "notes": ["as typed", Message("note.kept_fault")],
    "steps": [{"title": Message("step.even_split"), "doubt": None}, {"title": "90,10,0", "doubt": LEAK, "n": 3}],
    "empty": [],
}


def test_a_document_says_in_english_what_its_messages_are() -> None:
    """In places of the same names."""
    document = in_english(TOLD)

    assert "even split" == document["steps"][0]["title"]
    assert ["5 of 900 others saw v3"] == document["reasons"]
    assert {"title": {"message": "step.even_split", "fields": {}}} == document["messages"]["steps"][0]


def test_its_messages_come_back() -> None:
    """Through a file."""
    assert with_messages(json.loads(json.dumps(in_english(TOLD)))) == TOLD


@pytest.mark.parametrize(
    "messages",
    [
        None,
        {},
        [],
        {"reasons": {}},
        {"reasons": []},
        {"reasons": [None]},
        {"reasons": [{"message": "reason.of_a_later_version", "fields": {"seen": 5}}]},
        {"reasons": [{"message": "reason.leak", "fields": {}}]},
        {"reasons": ["5 of 900"]},
        {"steps": [{"title": {"message": "reason.leak"}}]},
        {"empty": [1], "title": {"fields": 1}, "none": {"message": "who.others", "fields": {}}},
    ],
)
def test_what_cannot_be_rendered_stays_english(messages: object) -> None:
    """Whoever wrote the document: an older version, a later one, or nobody of ours."""
    document = in_english(TOLD)
    english = {name: value for name, value in document.items() if name != "messages"}

    assert with_messages({**english, "messages": messages}) == english


def test_a_scenario_is_called_as_on_the_slides() -> None:
    """Or by its name, if no catalogue knows it: it is new, or another version's."""
    assert "마이크로서비스 카나리 배포" == render(scenario_name("canary"), Language.KOREAN)
    assert "unheard" == scenario_name("unheard")
