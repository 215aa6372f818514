"""The texts of a document: English in their places, for machines, and under `messages` what other languages render."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.messages.catalogue import can_be_rendered, english, message_or
from scenarios.messages.message import Message, Text, from_json, to_json

MESSAGES = "messages"


def in_english(told: Mapping[str, Any]) -> dict[str, Any]:
    """Write every message in English, and keep it under `messages`, in a place of the same name."""
    return {**_english(told), MESSAGES: _messages(told)}


def with_messages(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its messages in the places of their English.

    A document of an older version has none, and a newer one may have some that this version cannot render: that English
    stays.
    """
    texts = {name: value for name, value in document.items() if name != MESSAGES}
    told: dict[str, Any] = _told(texts, document.get(MESSAGES))
    return told


def scenario_name(name: str) -> Text:
    """The scenario as the slides call it; one that the catalogues do not know, by its name."""
    return message_or(f"scenario.{name}", name)


def _english(value: Any) -> Any:
    match value:
        case Message():
            return english(value)
        case dict():
            return {name: _english(one) for name, one in value.items()}
        case list():
            return [_english(one) for one in value]
        case _:
            return value


def _messages(value: Any) -> Any:
    """The messages alone, in objects and lists like those that they stand in; None where there are none."""
    match value:
        case Message():
            return to_json(value)
        case dict():
            found = {name: told for name, one in value.items() if (told := _messages(one)) is not None}
            return found or None
        case list():
            each = [_messages(one) for one in value]
            return None if all(told is None for told in each) else each
        case _:
            return None


def _told(value: Any, messages: Any) -> Any:
    match value, messages:
        case str(), dict():
            return _message(messages) or value
        case dict(), dict():
            return {name: _told(one, messages.get(name)) for name, one in value.items()}
        case list(), list() if len(value) == len(messages):
            return [_told(one, told) for one, told in zip(value, messages, strict=True)]
        case _:
            return value


def _message(found: Any) -> Any:
    try:
        message = from_json(found)
    except ValueError:
        return None
    return message if can_be_rendered(message) else None
