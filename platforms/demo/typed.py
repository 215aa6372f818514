"""Commands in the words in which they were typed: who typed `bookinfo` reads `bookinfo reset`, and not `python -m platforms reset`."""

from __future__ import annotations

import re
import sys
from pathlib import PurePath

_NAME = "bookinfo"
_BY_MODULE = re.compile(r"\bpython -m (?:platforms\b|scenarios\.(?=\w)|(?=stage\b)) ?")


def as_typed(text: str) -> str:
    """Return the text with the commands that it names as this process was started."""
    name = name_of(sys.argv[0] if sys.argv else "")
    return _BY_MODULE.sub(lambda found: f"{name}{' ' if found[0][-1] in ' .' else ''}", text) if name else text


def name_of(program: str) -> str:
    """The name by which the one command was started, by the first word of the command line; empty where it was not."""
    path = PurePath(program)
    if path.parts[-2:] == (_NAME, "__main__.py"):
        return f"python -m {_NAME}"
    return _NAME if path.name == _NAME else ""
