"""What the person watching sees: one line per hop, a bar while requests are sent, the result as a table."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from io import TextIOWrapper
from itertools import groupby
from typing import IO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text as Line

from platforms.boundary import Convergence, Platform
from scenarios.enduser import shown
from scenarios.evidence.judge import Verdict
from scenarios.evidence.observation import Observation
from scenarios.evidence.recovery import Recovery
from scenarios.messages.catalogue import english
from scenarios.messages.figures import percent
from scenarios.messages.message import Text
from scenarios.reporting.document import document
from scenarios.reporting.model import Report
from scenarios.reporting.narrative import evidence
from scenarios.reporting.table import COLUMNS, rows
from scenarios.reporting.texts import with_messages
from scenarios.scenario import Scenario
from scenarios.statistics.claim import Claim, caught

COLORS = {Verdict.HOLDS: "bold green", Verdict.FAILS: "bold red", Verdict.INCONCLUSIVE: "bold bright_black"}
_PLAIN_WIDTH = 120  # of what is no terminal: nothing is to be broken that a script reads


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Write what a character set lacks, in one that every one has: a cell of a table must stay as wide as it is."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].translate(_ASCII).encode("ascii", "replace").decode(), error.end


_PLAIN = "scenarios.plain"
_ASCII = str.maketrans("✓✗·–", "+x-~")  # noqa: RUF001  # a range takes an en dash, and a minus would look like a sign
codecs.register_error(_PLAIN, _plainly)


class Verbosity(Enum):
    """The amount of output on stdout."""

    QUIET = "the verdict only"
    NORMAL = "a line per hop and the result"
    VERBOSE = "the same, and how that is known"
    JSON = "nothing: the document is printed there"


class _SafeConsole(Console):
    """A console that survives a closed pipe and characters that the terminal cannot show."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file=file, highlight=False, width=None if file.isatty() else _PLAIN_WIDTH, emoji=False)
        if isinstance(file, TextIOWrapper):
            file.reconfigure(errors=_PLAIN)

    def sentence(self, text: Line) -> None:
        """Printed in one line; in a terminal, folded between words."""
        if self.is_terminal:
            text = Line("\n    ").join(text.wrap(self, max(20, self.width - 4)))
        self.print(text, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Whoever reads has seen enough, as `head` does: the run goes on, and its exit code tells the verdict."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


class Screen:
    """The output of a run, as verbose as was asked for."""

    def __init__(self, verbosity: Verbosity, *, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        self.verbosity = verbosity
        self._out = _SafeConsole(out or sys.stdout)
        self._err = _SafeConsole(err or sys.stderr)

    def opening(self, scenario: Scenario, platform: Platform, claims: Sequence[Sequence[Claim]]) -> None:
        """Print what is going to be shown and, before any traffic, what it takes to hold."""
        self._say(
            f"[bold]{scenario.name} {escape(english(scenario.title))}[/] · {platform.name} · {platform.gateway_url}/productpage"
        )
        for step, step_claims in zip(scenario.steps, claims, strict=True):
            for text, alike in groupby(step_claims, key=lambda claim: _claimed(scenario, claim)):
                asking = list(alike)
                self._say(f"  claim · {escape(english(step.title))} · {escape(_who(asking))}: {text}")
        for note in scenario.notes:
            self.note(f"note · {english(note)}")

    def note(self, text: str) -> None:
        self._say(f"  {escape(text)}")

    def in_force(self, title: Text, convergence: Convergence) -> None:
        self._say(
            f"  {escape(english(title))} · in force on {convergence.proxies} proxies after {convergence.milliseconds:.0f} ms"
            f" · revision {convergence.revision}"
        )

    @contextlib.contextmanager
    def sending(self, title: Text, total: int) -> Iterator[Callable[[Observation], None]]:
        """A bar that moves with every answer; without a terminal, nothing until it is over."""
        if self.verbosity is Verbosity.QUIET or not self._err.is_terminal:
            yield lambda _: None
            return
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._err, transient=True) as progress:
            task = progress.add_task(escape(english(title)), total=total)
            yield lambda _: progress.advance(task)

    def sent(self, title: Text, total: int, seconds: float) -> None:
        self._say(f"  {escape(english(title))} · {total:,} requests in {seconds:.1f} s")

    def result(self, report: Report) -> None:
        """The table and, last, the verdict; or the document."""
        if self.verbosity is Verbosity.JSON:
            plain = not self._out.encoding.startswith("utf")
            self._out.out(json.dumps(document(report), ensure_ascii=plain, indent=2), highlight=False)
            return
        if self.verbosity is not Verbosity.QUIET:
            self._out.print()
            self._out.sentence(_headline(report))
            self._out.print(_table(report))
        if self.verbosity is Verbosity.VERBOSE:
            for sentence in evidence(with_messages(document(report))):
                self._out.sentence(Line(f"  {english(sentence)}"))
        self._out.sentence(verdict_line(report))

    def wrong(self, text: str) -> None:
        """One line on stderr."""
        self._err.sentence(Line(text, style="red"))

    def wrote(self, what: str) -> None:
        self._say(f"  {escape(what)}")

    def _say(self, markup: str) -> None:
        match self.verbosity:
            case Verbosity.NORMAL | Verbosity.VERBOSE:
                self._out.sentence(Line.from_markup(markup, emoji=False))
            case _:
                pass


def verdict_line(report: Report) -> Line:
    """The verdict, why, and how the platform was left."""
    why = english(report.power) if report.verdict is Verdict.HOLDS else "; ".join(map(english, report.reasons))
    line = Line("  ")
    line.append(report.verdict.name, style=COLORS[report.verdict])
    if report.verdict is Verdict.HOLDS and report.recovery:
        why += _recovered(report.recovery)
    line.append(f" · {why} · {english(report.ending)}")
    return line


def _recovered(recovery: Recovery) -> str:
    """The time until the visitors who came while the fault was lifted had stars again."""
    first, last = recovery.first_with_ms, recovery.last_without_ms
    came = "" if first is None else f" · stars again {first:.0f} ms after the fault was lifted"
    return came if not last else f"{came}, the last page without after {last:.0f} ms"


def _headline(report: Report) -> Line:
    point = report.point
    rate = report.requests / report.seconds if report.seconds else 0.0
    line = Line(f"{report.scenario.name} {english(report.scenario.title)}", style="bold")
    line.append(
        f" · {report.platform} · {report.requests:,} requests in {report.seconds:.1f} s ({rate:.0f} rps)"
        f" · rule in force after {point.record.convergence.milliseconds:.0f} ms · revision {point.record.convergence.revision}",
        style="not bold",
    )
    return line


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, name in enumerate(COLUMNS):
        words = number in {0, len(COLUMNS) - 1}
        # What a narrow terminal cuts short are names, never numbers.
        table.add_column(name, justify="left" if words else "right", no_wrap=number > 0, overflow="fold")
    for row in rows(report):
        style = "bold" if row.heading else ""
        cells = [Line(f"  {cell}" if number == 0 else cell, style=style) for number, cell in enumerate(row.cells)]
        if row.mark:
            cells[-1].stylize(COLORS[row.mark])
        table.add_row(*cells)
    return table


def _claimed(scenario: Scenario, claim: Claim) -> str:
    shares = claim.expectation.shares.items()
    asked = ", ".join(
        f"{english(scenario.outcomes.get(outcome, outcome))} {percent(share)}" for outcome, share in shares
    )
    ranges = ", ".join(dict.fromkeys(str(claim.allowed[outcome]) for outcome, _ in shares))
    if len(set(claim.allowed.values())) > 1:
        ranges = ", ".join(str(claim.allowed[outcome]) for outcome, _ in shares)
    most = "at most " if claim.sequential_alpha is not None else ""
    catches = (
        "catches " + " or ".join(map(english, caught([("", [claim])]))) if claim.is_conclusive else "too few to tell"
    )
    together = (
        f" in all {claim.expectation.leak_shared_by} together"
        if claim.expectation.leak_shared_by > 1 and claim.is_conclusive
        else ""
    )
    return f"{asked} · of {most}{claim.requests:,} chance allows {ranges} · {catches}{together}"


def _who(claims: Sequence[Claim]) -> str:
    names = ", ".join(english(shown(claim.expectation.end_user)) for claim in claims)
    return f"{names} (each)" if len(claims) > 1 else names
