"""Lists the reports below a folder, and draws their pages and JUnit files again."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.errors import DemoError, UsageError, in_one_line
from scenarios.evidence.judge import Verdict
from scenarios.reporting.document import read
from scenarios.reporting.files import DOCUMENT, draw
from scenarios.reporting.table import MARKS

_COLUMNS = ("when", "scenario", "platform", "verdict", "requests", "report")
_WIDTH = 160  # of what is no terminal: a path is not to be broken that a script reads


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return command_line.main(_report, "python -m scenarios.report", argv)


@click.command(cls=TitledCommand)
@click.argument("folder", metavar="DIR", type=Path, help="where reports are, at any depth")
@click.option("--list", "list_only", is_flag=True, help="list only, and write nothing")
def _report(folder: Path, *, list_only: bool) -> int:
    """List the reports below a folder, newest last.

    Each page, JUnit file and YAML is drawn again from its report.json.
    """
    found, code = {}, 0
    for path in _found(folder):
        try:
            found[path] = read(path)
            if not list_only:
                draw(found[path], path.parent)
        except DemoError as error:
            code = max(code, _wrong(str(error), error.exit_code))
        except OSError as error:
            code = max(code, _wrong(f"{path.parent}: {error.strerror or error}", DemoError.exit_code))
    if found:
        _show(found)
    return code


def _found(folder: Path) -> list[Path]:
    """Every report.json below the folder; raises UsageError if there is no such folder, or none in it."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    if paths := sorted(path for path in folder.rglob(DOCUMENT) if path.is_file()):
        return paths
    raise UsageError(f"{folder}: no {DOCUMENT} in it or below; a scenario writes one with --report DIR")


def _show(found: Mapping[Path, Mapping[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in _COLUMNS:
        table.add_column(
            name, justify="right" if name == "requests" else "left", overflow="fold", no_wrap=name != "report"
        )
    for path, report in sorted(found.items(), key=lambda item: item[1]["started"]):
        table.add_row(
            in_one_line(report["started"][:19].replace("T", " ")),
            in_one_line(f"{report['scenario']} {report['title']}"),
            report["platform"],
            f"{MARKS[Verdict[report['verdict']]]} {report['verdict']}{', not restored' if report['error'] else ''}",
            f"{report['requests']:,}",
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
