"""The end user's name: which names may sign in, and how a name travels in the `end-user` header."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 256
"""Bytes of UTF-8."""

# Everything but visible ASCII and a single space between two other characters.
_ENCODED = re.compile(r"[^!-~ ]|\A |(?<= ) | (?= )| \Z")


class NameRefused(ValueError):
    """A name that cannot sign in; `reason` is `blank`, `long` or `control`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def accepted(name: str) -> str:
    """The name as it was given; raises NameRefused for one that cannot sign in."""
    if not name.strip():
        raise NameRefused("blank")
    if len(name.encode()) > LONGEST:
        raise NameRefused("long")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise NameRefused("control")
    return name


def header_value(name: str) -> str:
    """The name in a form that every HTTP hop carries unchanged: `홍길동` is `%ED%99%8D%EA%B8%B8%EB%8F%99`."""
    return _ENCODED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), name)
