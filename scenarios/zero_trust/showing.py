"""A trial on the terminal: a matrix of callers and apps, and the verdict, drawn from its document as the page is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from scenarios.evidence.judgement import Verdict
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message
from scenarios.reporting.table import COLORS, MARKS
from scenarios.reporting.texts import with_messages
from scenarios.reporting.trial.page import rows

_WIDTH = 120  # of what is no terminal


def show(document: Mapping[str, Any], language: Language, *, quiet: bool) -> None:
    """Print the matrix, unless it is to be quiet, and last the verdict."""
    told = with_messages(document)
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = console.width if console.is_terminal else _WIDTH
    if not quiet:
        console.print()
        console.print(matrix(told, language))
    verdict = Verdict[told["verdict"]]
    parts = (*([told["held"]] if told["held"] else told["reasons"]), told["ending"])
    line = Line("  ")
    line.append(render(Message(f"verdict.{verdict.name}"), language), style=COLORS[verdict])
    line.append("".join(f" · {render(part, language)}" for part in parts))
    console.print(line, soft_wrap=True)


def matrix(told: Mapping[str, Any], language: Language) -> Table:
    """Make the table: a row for each caller, a column for each app."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  " + render(Message("zero_trust.corner"), language))
    for app in dict.fromkeys(pair["app"] for pair in told["pairs"]):
        table.add_column(app, min_width=cell_len(app), no_wrap=True)
    for caller, pairs in rows(told).items():
        table.add_row(f"  {render(caller, language)}", *(render(_cell(pair), language) for pair in pairs))
    return table


def _cell(pair: Mapping[str, Any]) -> Message:
    verdict = Verdict[pair["verdict"]]
    key = "zero_trust.cell" if verdict is not Verdict.FAILS else "zero_trust.wrong_cell"
    return Message(key, mark=MARKS[verdict], seen=tuple(pair["got"]), expected=pair["expected"])
