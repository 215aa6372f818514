"""Whether a regular expression is one of RE2, which Istio's webhook asks for and Envoy matches with."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_REPEAT = 1000
_MAX_LENGTH = 1024
_GROUP_START = re.compile(r"\?(?:P?<(?P<name>[A-Za-z0-9_]+)>|[imsU]*(?:-[imsU]+)?(?P<end>[:)]))")
_REPEAT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_REPEATED = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_HEX = re.compile(r"x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})")
_PROPERTY = re.compile(r"[pP](?:[CLMNPSZclmnpsz]|\{\^?[A-Za-z_]+\})")
_NAMED_CLASS = re.compile(r"\[:\^?(\w*):\]")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_CLASS_NAMES = frozenset(
    {
        "alnum",
        "alpha",
        "ascii",
        "blank",
        "cntrl",
        "digit",
        "graph",
        "lower",
        "print",
        "punct",
        "space",
        "upper",
        "word",
        "xdigit",
    }
)
_PLAIN_ESCAPES = frozenset("afnrtvdDsSwWAzBQb")


class _Invalid(ValueError):
    """What Go's regexp package says of an expression."""


def complaint(expression: str, where: str) -> str:
    """Why Istio's webhook would refuse `expression`, in its words, or nothing."""
    if len(expression.encode()) > _MAX_LENGTH:
        return f'"{where}": regex is too large, max length allowed is 1024'
    try:
        _Reader(expression).read()
    except _Invalid as invalid:
        return (
            f'"{where}": error parsing regexp: {invalid}; '
            "Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)"
        )
    return ""


@dataclass(slots=True)
class _Reader:
    """Reads an expression from left to right, as far as it is well formed."""

    text: str
    at: int = 0
    depth: int = 0

    def read(self) -> None:
        names: set[str] = set()
        repeatable = False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "*+?" or (char == "{" and _REPEAT.match(self.text, self.at)):
                repeatable = self._repetition(repeatable=repeatable)
                continue
            before, repeatable = repeatable, char not in "|("
            match char:
                case "(":
                    repeatable = self._open(names) and before
                case ")":
                    self._close()
                case "[":
                    self._character_class()
                case "\\":
                    self._escape(in_class=False)
                case _:
                    self.at += 1
        if self.depth:
            raise _Invalid(f"missing closing ): `{self.text}`")

    def _repetition(self, *, repeatable: bool) -> bool:
        start = self.at
        counted = _REPEAT.match(self.text, self.at)
        self.at = counted.end() if counted else self.at + 1
        operator = self.text[start : self.at]
        if not repeatable:
            raise _Invalid(f"missing argument to repetition operator: `{operator}`")
        if counted:
            least = int(counted[1])
            most = int(counted[3]) if counted[3] else least
            if max(least, most) > _MAX_REPEAT or most < least:
                raise _Invalid(f"invalid repeat count: `{operator}`")
        if self.text.startswith("?", self.at):
            self.at += 1  # not greedy
        again = _REPEATED.match(self.text, self.at)
        if again:
            raise _Invalid(f"invalid nested repetition operator: `{self.text[start : again.end()]}`")
        return True

    def _open(self, names: set[str]) -> bool:
        """Whether it was no group at all, but flags for what follows, as in `(?i)`."""
        start, self.at = self.at, self.at + 1
        if not self.text.startswith("?", self.at):
            self.depth += 1
            return False
        group = _GROUP_START.match(self.text, self.at)
        if group is None:
            raise _Invalid(f"invalid or unsupported Perl syntax: `{self.text[start : start + 3]}`")
        self.at = group.end()
        name = group["name"]
        if name in names:
            raise _Invalid(f"duplicate capture group name: `{name}`")
        if name:
            names.add(name)
        if group["end"] == ")":
            return True
        self.depth += 1
        return False

    def _close(self) -> None:
        if not self.depth:
            raise _Invalid(f"unexpected ): `{self.text}`")
        self.depth -= 1
        self.at += 1

    def _character_class(self) -> None:
        start, self.at = self.at, self.at + 1
        if self.text.startswith("^", self.at):
            self.at += 1
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            if self.at >= len(self.text):
                raise _Invalid(f"missing closing ]: `{self.text[start:]}`")
            if named := _NAMED_CLASS.match(self.text, self.at):
                if named[1] not in _CLASS_NAMES:
                    raise _Invalid(f"invalid character class range: `{named[0]}`")
                self.at = named.end()
                continue
            self._range(start)
        self.at += 1

    def _range(self, class_start: int) -> None:
        start = self.at
        low = self._class_member()
        if not (self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("", "]")):
            return
        self.at += 1
        high = self._class_member()
        if self.at > len(self.text):
            raise _Invalid(f"missing closing ]: `{self.text[class_start:]}`")
        if low is None or high is None or high < low:
            raise _Invalid(f"invalid character class range: `{self.text[start : self.at]}`")

    def _class_member(self) -> str | None:
        """The character read, or None for a set such as a digit."""
        if self.text[self.at] == "\\":
            start = self.at
            self._escape(in_class=True)
            escaped = self.text[start + 1 : self.at]
            return escaped if len(escaped) == 1 and not escaped.isalnum() else _CONTROL.get(escaped)
        self.at += 1
        return self.text[self.at - 1]

    def _escape(self, *, in_class: bool) -> None:
        rest = self.text[self.at + 1 :]
        if not rest:
            raise _Invalid("trailing backslash at end of expression: ``")
        if rest[0] == "Q" and not in_class:
            closed = self.text.find("\\E", self.at)
            self.at = len(self.text) if closed < 0 else closed + 2
            return
        for long_form in (_HEX, _PROPERTY, _OCTAL):
            if found := long_form.match(rest):
                self.at += 1 + found.end()
                return
        allowed = _PLAIN_ESCAPES - set("AzBQb") if in_class else _PLAIN_ESCAPES
        if rest[0] not in allowed and (rest[0].isalnum() or not rest[0].isascii()):
            raise _Invalid(f"invalid escape sequence: `\\{rest[0]}`")
        self.at += 2


_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
