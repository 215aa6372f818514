"""A message as a value, and as JSON."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from scenarios.messages.catalogue import can_be_rendered, english
from scenarios.messages.message import Message, from_json, to_json

LEAK = Message("reason.leak", seen=5, of=900, group=Message("who.others"), outcome="v3")


def test_equal_messages_are_one_key() -> None:
    """They count outcomes."""
    assert {LEAK: 1} == {Message("reason.leak", seen=5, of=900, group=Message("who.others"), outcome="v3"): 1}
    assert LEAK != Message("reason.leak", seen=6, of=900, group=Message("who.others"), outcome="v3")


@pytest.mark.parametrize(
    "text",
    [
        "a name",
        LEAK,
        Message("note.too_little", version="v2", share=Fraction(1, 300)),
        Message("note.alike", names=["opennaru2", "Opennaru"], last="OPENNARU"),
        Message("reason.misfit", who="", outcome="v1", seen=1, of=2, allowed=(3, 4), asked=Fraction(1, 2)),
    ],
)
def test_a_message_comes_back_from_json(text: str | Message) -> None:
    """Whatever its fields are, nothing is lost on the way."""
    assert text == from_json(json.loads(json.dumps(to_json(text))))


@pytest.mark.parametrize(
    "found", [None, 1, [], {}, {"message": "who.others"}, {"message": 1, "fields": {}}, {"message": "x", "fields": []},
              {"message": "who.others", "fields": {}, "more": 1}, {"message": "reason.leak", "fields": {"seen": None}}]
)  # fmt: skip
def test_what_is_no_message_is_refused(found: object) -> None:
    """A document may come from anywhere."""
    with pytest.raises(ValueError, match="neither a text nor a message"):
        from_json(found)


@pytest.mark.parametrize(
    "message",
    [
        Message("reason.none"),
        Message("reason.leak", seen=5),
        Message("note.too_little", version="v2", share="1e999999999"),
        Message("reason.misfit", who="", outcome="v1", seen=1, of=2, allowed=3, asked="1/2"),
        Message("step.ratings_late", delay="soon"),
    ],
)
def test_a_message_that_no_language_can_say_is_known_as_such(message: Message) -> None:
    """By its key or its fields."""
    assert not can_be_rendered(message)


def test_a_name_is_a_name_whatever_stands_in_it() -> None:
    """No place is looked for in it."""
    assert "5 of 900 others saw {0} %s {n:ms}" == english(
        Message("reason.leak", seen=5, of=900, group=Message("who.others"), outcome="{0} %s {n:ms}")
    )
