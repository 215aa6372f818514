"""The terminal: one line per hop, a bar while requests are sent, the result as a table."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from io import TextIOWrapper
from typing import IO, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text as Line

from scenarios.events.event import (
    Answered,
    Compared,
    Decided,
    Ejected,
    Event,
    Found,
    InForce,
    Noted,
    Opened,
    Restored,
    RolledBack,
    Scaled,
    Sending,
    Sent,
    Tried,
)
from scenarios.evidence.judgement import Verdict
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.lines import (
    claim_lines,
    count_lines,
    ejection_line,
    headline,
    health_lines,
    scaled_line,
    verdict_parts,
)
from scenarios.reporting.narrative import evidence
from scenarios.reporting.table import COLORS, table
from scenarios.reporting.texts import scenario_name, with_messages

_PLAIN_WIDTH = 120  # of what is no terminal: nothing is to be broken that a script reads


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Replace what a character set lacks by what every one has: a cell of a table must stay as wide as it is."""
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
        """Print in one line; in a terminal, folded between words."""
        if self.is_terminal:
            text = Line("\n    ").join(text.wrap(self, max(20, self.width - 4)))
        self.print(text, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Print no more to a reader who has seen enough, as `head` has: the run goes on, and its exit code tells the verdict."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


class _Bar:
    """The bar that moves with every answer while requests are sent."""

    def __init__(self) -> None:
        self._progress: Progress | None = None

    def begin(self, title: str, total: int, console: Console) -> None:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._progress.add_task(title, total=total)
        self._progress.start()

    def advance(self, answers: int) -> None:
        if self._progress:
            self._progress.advance(self._progress.task_ids[0], answers)

    def end(self) -> None:
        if self._progress:
            self._progress.stop()
            self._progress = None


class Screen:
    """The output of a run, as verbose as was asked for, in the language that was asked for: a listener of its events."""

    def __init__(
        self,
        verbosity: Verbosity,
        language: Language = Language.ENGLISH,
        *,
        out: IO[str] | None = None,
        err: IO[str] | None = None,
    ) -> None:
        self.verbosity = verbosity
        self.language = language
        self._out = _SafeConsole(out or sys.stdout)
        self._err = _SafeConsole(err or sys.stderr)
        self._bar = _Bar()
        self._titles: list[Text] = []

    def __call__(self, event: Event) -> None:
        """Print a line, or move the bar, for an event of a run."""
        match event:
            case Answered():
                self._bar.advance(len(event.seen))
                return
            case Tried():
                self._bar.advance(len(event.pair.answers))
                return
            case Decided() | Compared():
                return
        self._bar.end()
        match event:
            case Opened():
                self._titles = [step.title for step in event.scenario.steps]
                self._opening(event)
            case Noted():
                self.note(event.text)
            case Found(state=Message(key="found.other")):
                self.note(Message("run.other_rule"))
            case InForce() | RolledBack() | Restored() | Ejected() | Scaled():
                self._served(event)
            case Sending() if self.verbosity is not Verbosity.QUIET and self._err.is_terminal:
                self._bar.begin(escape(self._in_words(self._titles[event.step])), event.requests, self._err)
            case Sent():
                title = self._titles[event.step]
                self.note(Message("run.sent", title=title, n=event.answers, seconds=event.seconds))

    def note(self, text: Text) -> None:
        self._print(Line(f"  {self._in_words(text)}"))

    def result(self, document: Mapping[str, Any]) -> None:
        """Print the table and, last, the verdict; or the document."""
        if self.verbosity is Verbosity.JSON:
            plain = not self._out.encoding.startswith("utf")
            self._out.out(json.dumps(document, ensure_ascii=plain, indent=2), highlight=False)
            return
        told = with_messages(document)
        if self.verbosity is not Verbosity.QUIET:
            self._out.print()
            self._out.sentence(self._titled(told["scenario"], told["title"], headline(told)))
            self._out.print(table(told, self.language, self._out.width))
            for line in (*health_lines(told), *count_lines(told)):
                self._out.sentence(Line(f"  {self._in_words(line)}"))
        if self.verbosity is Verbosity.VERBOSE:
            for sentence in evidence(told):
                self._out.sentence(Line(f"  {self._in_words(sentence)}"))
        self._out.sentence(self._verdict(told))

    def wrong(self, text: Text) -> None:
        """Print one line on stderr."""
        self._err.sentence(Line(self._in_words(text), style="red"))

    def _opening(self, opened: Opened) -> None:
        """Print what is going to be shown and, before any traffic, what it takes to hold."""
        scenario = opened.scenario
        self._print(self._titled(scenario.name, scenario.title, (opened.platform, opened.url)))
        for line in claim_lines(scenario, opened.claims):
            self.note(line)
        for note in scenario.notes:
            self.note(Message("run.note", note=note))

    def _served(self, event: InForce | RolledBack | Restored | Ejected | Scaled) -> None:
        if isinstance(event, Ejected | Scaled):
            self.note(_awaited(self._titles[event.step], event))
            return
        title = Message("run.baseline") if isinstance(event, Restored) else self._titles[event.step]
        key = "run.rolled_back" if isinstance(event, RolledBack) else "run.in_force"
        served = event.convergence
        self.note(Message(key, title=title, n=served.proxies, after=served.milliseconds, revision=served.revision))

    def _in_words(self, text: Text) -> str:
        return render(text, self.language)

    def _print(self, line: Line) -> None:
        if self.verbosity in (Verbosity.NORMAL, Verbosity.VERBOSE):
            self._out.sentence(line)

    def _titled(self, scenario: str, title: Text, parts: Iterable[Text]) -> Line:
        """Write what is shown in bold, and the parts of a line after it."""
        shown = Message("run.title", scenario=scenario_name(scenario), title=title)
        line = Line(self._in_words(shown), style="bold")
        line.append("".join(f" · {self._in_words(part)}" for part in parts), style="not bold")
        return line

    def _verdict(self, told: Mapping[str, Any]) -> Line:
        line = Line("  ")
        line.append(self._in_words(Message(f"verdict.{told['verdict']}")), style=COLORS[Verdict[told["verdict"]]])
        line.append("".join(f" · {self._in_words(part)}" for part in verdict_parts(told)))
        return line


def _awaited(title: Text, event: Ejected | Scaled) -> Message:
    """Say what became of the instances that a step waits for."""
    if isinstance(event, Scaled):
        return scaled_line(title, event.wanted, event.seen)
    return ejection_line(title, event.wanted, event.seen)
