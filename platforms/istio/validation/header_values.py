"""Header names and values that Istio's webhook lets pass to Envoy."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~A-Za-z0-9]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_COMMAND = re.compile(r"%%|%(?P<name>[^%(]*)(?P<end>%|\((?:[^\\)]|\\.)*\) *%)?")
"""An escaped percent sign, or what starts as one of Envoy's `%COMMAND%` or `%COMMAND(ARGUMENT)%`."""


def is_name(name: str) -> bool:
    """Tell whether a name is a token of HTTP."""
    return _NAME.fullmatch(name) is not None


def name_complaints(name: str, *, may_be_host: bool) -> Iterator[str]:
    """The complaints about the name of a header that is set, added or removed."""
    if not name:
        yield "header name cannot be empty"
    elif name.lower() == "host" and not may_be_host:
        yield f'invalid header "{name}": cannot set Host header'
    elif name.startswith(":") and not (may_be_host and name.lower() == ":authority"):
        yield f'invalid header "{name}": header cannot have ":" prefix'


def value_complaints(value: str) -> Iterator[str]:
    """The complaints about the value of a header, in which Envoy reads `%COMMAND%`."""
    if _FORBIDDEN.search(value):
        yield f"header value configuration {value} is invalid"
        return
    for command in _COMMAND.finditer(value):
        if command[0] == "%%" or command["end"]:
            continue
        reason = "Un-escaped %" if command.end() == len(value) and command[0] == "%" else _unterminated(value)
        yield f"header value configuration: invalid header configuration. {reason}"
        return


def _unterminated(value: str) -> str:
    return f"Un-terminated variable expression '{value}'"
