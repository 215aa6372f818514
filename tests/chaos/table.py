"""The table of docs/faults.md, from what happened."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence

from platforms.environment import ROOT
from tests.chaos.fault import Fault, Outcome

PAGE = ROOT / "docs" / "faults.md"
_HEAD = ("fault", "how it was made", "what the person saw", "exit", "left", "seconds")
_OWN_FOLDER = re.compile(rf"{re.escape(tempfile.gettempdir())}/faults-\w+/")
_ROW = re.compile(r"^\| (?P<what>[^|]*) \|")


def table(tried: Sequence[tuple[Fault, Outcome]]) -> str:
    """One row for each fault."""
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD)), *(_row(fault, outcome) for fault, outcome in tried)]
    return "\n".join(lines)


def write(tried: Sequence[tuple[Fault, Outcome]]) -> None:
    """Put the rows in the place of those of the same faults; new ones come after the last."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    first = lines.index(_line(_HEAD)) + 2
    end = next((at for at in range(first, len(lines)) if not lines[at].startswith("|")), len(lines))
    rows = {_what(line): line for line in lines[first:end]}
    rows |= {_cell(fault.what): _row(fault, outcome) for fault, outcome in tried}
    PAGE.write_text("\n".join([*lines[:first], *rows.values(), *lines[end:]]) + "\n", encoding="utf-8")


def _row(fault: Fault, outcome: Outcome) -> str:
    said = outcome.said if not outcome.wrong else f"{outcome.said} **{'; '.join(outcome.wrong)}**"
    codes = ", ".join(map(str, outcome.codes))
    return _line(map(_cell, (fault.what, fault.how, said, codes, outcome.left, f"{outcome.seconds:.0f}")))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """In one line, and without the folders of the one who tried it."""
    return " ".join(_OWN_FOLDER.sub("", text).replace(f"{ROOT}/", "").replace("|", "\\|").split())


def _what(line: str) -> str:
    found = _ROW.match(line)
    return found["what"] if found else line
