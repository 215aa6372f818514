"""Lists the reports below a folder, and draws their pages and JUnit files again; those of recordings alone, anew."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import click
from rich.console import Console
from rich.table import Table

from platforms.cli import command_line
from platforms.errors import DemoError, UsageError, in_one_line
from scenarios.evidence.judgement import Verdict
from scenarios.messages import figures
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message
from scenarios.reporting.document import read, retold
from scenarios.reporting.files import DOCUMENT, RECORDING, draw, write
from scenarios.reporting.table import MARKS
from scenarios.reporting.texts import with_messages
from scenarios.run.translated import TranslatedCommand, language_of, language_option

_COLUMNS = ("when", "scenario", "platform", "verdict", "requests", "report")
_WIDTH = 160  # of what is no terminal: a path is not to be broken that a script reads


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    language = language_of(given)
    command = TranslatedCommand(
        "report",
        language=language,
        params=[
            click.Argument(["folder"], metavar="DIR", type=Path),
            click.Option(["--list", "list_only"], is_flag=True),
            language_option(),
        ],
        callback=functools.partial(_report, language),
    )
    return command_line.main(command, "python -m scenarios.report", given)


def _report(language: Language, *, folder: Path, list_only: bool) -> int:
    """List the reports below a folder, and draw each again unless they are to be listed only."""
    found, code = {}, 0
    for path in _found(folder):
        try:
            is_recording = path.name == RECORDING
            found[path] = retold(path) if is_recording else read(path)
            if not list_only:
                (write if is_recording else draw)(found[path], path.parent, language)
        except DemoError as error:
            code = max(code, _wrong(str(error), error.exit_code))
        except OSError as error:
            code = max(code, _wrong(f"{path.parent}: {error.strerror or error}", DemoError.exit_code))
    if found:
        _show(found, language)
    return code


def _found(folder: Path) -> list[Path]:
    """Every report below the folder, and every recording that has none yet; raises UsageError if there is neither."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    reports = [path for path in folder.rglob(DOCUMENT) if path.is_file()]
    others = [path for path in folder.rglob(RECORDING) if path.is_file() and not path.with_name(DOCUMENT).is_file()]
    if paths := sorted(reports + others):
        return paths
    raise UsageError(f"{folder}: no {DOCUMENT} in it or below; a scenario writes one with --report DIR")


def _show(found: Mapping[Path, Mapping[str, Any]], language: Language) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in _COLUMNS:
        justify: Literal["left", "right"] = "right" if name == "requests" else "left"
        title = render(Message(f"reports.{name}"), language)
        table.add_column(title, justify=justify, overflow="fold", no_wrap=name != "report")
    for path, document in sorted(found.items(), key=lambda item: item[1]["started"]):
        report = with_messages(document)
        verdict = Message(f"verdict.{report['verdict']}")
        ended = Message(
            "reports.not_restored" if report["error"] else "reports.of_verdict",
            mark=MARKS[Verdict[report["verdict"]]],
            verdict=verdict,
        )
        table.add_row(
            in_one_line(report["started"][:19].replace("T", " ")),
            in_one_line(f"{report['scenario']} {render(report['title'], language)}"),
            report["platform"],
            render(ended, language),
            figures.count(report["requests"]),
            str(path.with_name("report.html")),
        )
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = console.width if console.is_terminal else _WIDTH
    console.print(table)


def _wrong(text: str, code: int) -> int:
    print(f"report: {in_one_line(text)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
