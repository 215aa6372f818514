"""The terminal: what a command shows there, and what it asks."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from platforms.boundary import Convergence
from platforms.demo.doctor import Diagnosis
from platforms.demo.status import StatusReport, Table
from platforms.demo.typed import as_typed
from platforms.errors import Interrupted, UsageError


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Show each step with the time it was reached: a spinner on a terminal, plain lines otherwise."""
    began, last = time.monotonic(), ""

    def line(step: str) -> None:
        nonlocal last
        if step != last:
            print(f"{time.monotonic() - began:5.1f} s  {step}", flush=True)
            last = step

    if not sys.stdout.isatty():
        print(title, flush=True)
        yield line
        return
    from rich.console import Console  # noqa: PLC0415  # costs a tenth of a second, for a terminal only

    # rich heeds NO_COLOR and TERM=dumb by itself.
    with Console().status(title) as status:

        def update(step: str) -> None:
            status.update(f"{title}: {step} ({time.monotonic() - began:.1f} s)")

        yield update


def in_force(convergence: Convergence) -> str:
    milliseconds, proxies = convergence.milliseconds, convergence.proxies
    return f"in force after {milliseconds:.0f} ms on {proxies} proxies, revision {convergence.revision}"


def status(report: StatusReport) -> str:
    """Return the whole demo on one screen."""
    document = report.document
    lines = [
        f"platform  {document['platform']}{report.where}",
        f"page      {document['url']}{report.page}",
        f"rules     revision {document['revision']}, {_difference(document)}",
        f"          {report.security}",
    ]
    if document["changing"]:
        lines.append(f"          `{document['changing']}` is changing them now")
    if document["unrestored"]:
        lines.append(
            f"          left by `{document['unrestored']}`, which was cut off: `{as_typed('python -m platforms')} reset` "
            "puts the baseline back"
        )
    rows = _aligned([row for table in report.tables for row in table])
    for table in report.tables:
        lines += ["", *rows[: len(table)]]
        rows = rows[len(table) :]
    return "\n".join([*lines, *_below(report.remark)])


def diagnosis(found: Diagnosis) -> str:
    """Return what is there, and what installs the rest."""
    rows = [
        ("✓", one.name, one.version, one.path) if one.found else ("✗", one.name, one.problem, one.install)
        for group in found.checks.values()
        for one in group
    ]
    return "\n".join([*_aligned(rows), *_below(found.remark)])


def confirm(described: str) -> None:
    """Ask whether a cluster that is not ours may be changed; raises Interrupted unless the answer is yes."""
    if not sys.stdin or not sys.stdin.isatty():
        raise UsageError(f"{described}: not a demo of ours, so say --yes if its rules may be changed for a while")
    print(f"{described}: its rules will be changed for a while. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Interrupted("not confirmed; nothing had been changed")


def _difference(document: Mapping[str, Any]) -> str:
    if document["baseline"]:
        return "the baseline"
    told = [f"{what} {', '.join(names)}" for what, names in document["differs"].items() if names]
    return f"not the baseline: {'; '.join(told)}"


def _below(remark: str) -> list[str]:
    return ["", remark] if remark else []


def _aligned(rows: Table) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
