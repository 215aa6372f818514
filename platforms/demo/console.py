"""How a command's facts look on a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from platforms.boundary import Convergence
from platforms.demo.doctor import Finding


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Tells each step with the time it was reached: a spinner on a terminal, plain lines otherwise."""
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


def status(document: Mapping[str, Any], security: str, *tables: list[tuple[str, ...]]) -> str:
    """The whole demo on one screen; `security` says what of mTLS and authorization is in force."""
    lines = [
        f"platform  {document['platform']}{document.get('where', '')}",
        f"page      {document['url']}",
        f"rules     revision {document['revision']}, {_difference(document)}",
        f"          {security}",
    ]
    if document["changing"]:
        lines.append(f"          `{document['changing']}` is changing them now")
    if document["unrestored"]:
        lines.append(
            f"          left by `{document['unrestored']}`, which was cut off: `python -m platforms reset` "
            "puts the baseline back"
        )
    rows = _table([row for table in tables for row in table])
    for table in tables:
        lines += ["", *rows[: len(table)]]
        rows = rows[len(table) :]
    return "\n".join(lines)


def findings(found: Iterable[Finding]) -> str:
    """What is there, and what installs the rest."""
    rows: list[tuple[str, ...]] = [
        ("✓", one.name, one.version, one.path) if one.found else ("✗", one.name, one.problem, one.install)
        for one in found
    ]
    return "\n".join(_table(rows))


def _difference(document: Mapping[str, Any]) -> str:
    if document["baseline"]:
        return "the baseline"
    told = [f"{what} {', '.join(names)}" for what, names in document["differs"].items() if names]
    return f"not the baseline: {'; '.join(told)}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
