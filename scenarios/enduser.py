"""The end user: the name that a visitor signs in with, and the form in which it travels as the `end-user` header."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from platforms.errors import UsageError
from scenarios.messages.errors import words
from scenarios.messages.message import Message, Text

MOST_BYTES = 256
ANONYMOUS = ""
"""The end user of a visitor who has not signed in."""

_AS_IT_IS = re.compile(r"[\x21-\x7e]|(?<=[^ ]) (?=[^ ])")


def parse_name(text: str, *, option: str = "--user") -> str:
    """Return the name if productpage would let it sign in; raises UsageError otherwise."""
    if not text.strip():
        raise UsageError(words(Message("error.no_name", option=option, given=ascii(text))))
    control = next((character for character in text if unicodedata.category(character) in {"Cc", "Cs"}), None)
    if control is not None:
        raise UsageError(
            words(Message("error.control_in_name", option=option, given=ascii(text), control=ascii(control)))
        )
    size = len(text.encode())
    if size > MOST_BYTES:
        raise UsageError(words(Message("error.long_name", option=option, size=size, most=MOST_BYTES)))
    return text


def header_form(name: str) -> str:
    """Return the name as the `end-user` header carries it: visible ASCII as it is, everything else percent-encoded UTF-8."""
    return "".join(
        character if _AS_IT_IS.match(name, position) else quote(character, safe="")
        for position, character in enumerate(name)
    )


def similar_names(name: str) -> list[str]:
    """Return names that an exact match must distinguish from this one, as far as there are any.

    In the other case, with one character more, and with the first letter in the other case.
    """
    case = next((other for other in (name.upper(), name.lower()) if other != name), name)
    others = dict.fromkeys((case, f"{name}2", name[0].swapcase() + name[1:]))
    return [other for other in others if other != name and len(other.encode()) <= MOST_BYTES]


def shown(name: str) -> Text:
    """Return the name as a report prints it."""
    return name or Message("who.anonymous")
