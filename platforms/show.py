"""How a command's facts look on a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from platforms import Convergence
from platforms.programs import Finding

NOT_IN_FORCE = "mTLS and authorization policies are not in force on platform local"


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


def status(document: Mapping[str, Any]) -> str:
    """The whole demo on one screen."""
    lines = [
        f"platform  {document['platform']}",
        f"page      {document['url']}",
        f"rules     revision {document['revision']}, {_difference(document)}",
        f"          {NOT_IN_FORCE}",
    ]
    if document["changing"]:
        lines.append(f"          `{document['changing']}` is changing them now")
    if document["unrestored"]:
        lines.append(
            f"          left by `{document['unrestored']}`, which was cut off: `python -m platforms reset` "
            "puts the baseline back"
        )
    rows: list[tuple[str, ...]] = [("workload", "state", "pid", "restarts", "since", "port")]
    rows += [_row(name, child, str(child["ports"]["app"])) for name, child in document["workloads"].items()]
    rows.append(("proxy", "state", "pid", "restarts", "since", "admin"))
    rows += [_row(name, child, str(child["admin"])) for name, child in document["proxies"].items()]
    table = _table(rows)
    at = len(document["workloads"]) + 1
    return "\n".join([*lines, "", *table[:at], "", *table[at:]])


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


def _row(name: str, child: Mapping[str, Any], port: str) -> tuple[str, ...]:
    since = time.strftime("%H:%M:%S", time.localtime(child["since"]))
    state = f"{child['phase']} ({child['last_exit']})" if child["phase"] == "backing off" else child["phase"]
    return (name, state, str(child["pid"] or "-"), str(child["restarts"]), since, port)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
