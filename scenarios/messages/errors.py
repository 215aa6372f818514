"""Errors that say a message: in English to whoever prints them, and in any language to whoever asks."""

from __future__ import annotations

from scenarios.messages.catalogue import english
from scenarios.messages.message import Message, Text


class _Words(str):
    """The English of a message, which remembers the message."""

    __slots__ = ("message",)
    message: Message


def words(message: Message) -> str:
    """Write a message for the argument of an error."""
    written = _Words(english(message))
    written.message = message
    return written


def told(error: BaseException) -> Text:
    """Return what an error says: the message that it was raised with, else its own words."""
    said = error.args[0] if error.args else ""
    return said.message if isinstance(said, _Words) else str(error)
