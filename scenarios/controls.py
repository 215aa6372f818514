"""Negative controls: one defect after the other is planted in the running demo, and the scenarios must catch each."""

from __future__ import annotations

import contextlib
import functools
import json
import shlex
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import click
from rich.cells import cell_len, set_cell_size

from platforms import errors
from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.demo_options import demo_options
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.demo.typed import as_typed
from platforms.errors import DemoError, NotConverged
from platforms.selection import connect
from scenarios.defects.catalogue import defects
from scenarios.defects.defect import Answer, Defect, DefectivePlatform
from scenarios.events.stream import Stream
from scenarios.evidence.judgement import Verdict
from scenarios.messages import figures
from scenarios.messages.catalogue import english, render
from scenarios.messages.errors import told, words
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.model import Report
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.run.run import ONE_PROCESS, LoadProfile, LoadSource, note_of_restored, plan_steps, run
from scenarios.run.signals import InterruptGuard
from scenarios.run.translated import TranslatedCommand, language_of, language_option

PROGRAM = "python -m scenarios.controls"
_ANSWER, _AFTER, _SCENARIO = 12, 7, 16  # cells
_INDENT = 42
_STILL_OFF = Message("error.defect_remains")


@dataclass(frozen=True, slots=True)
class Control:
    """The result of a scenario on a planted defect."""

    defect: Defect
    answer: Answer
    reasons: tuple[Text, ...]
    requests: int
    """The number of requests until the verdict; 0 if none had to be sent."""

    @property
    def caught(self) -> bool:
        """Return whether the scenario ended as expected, and for the expected reason."""
        return self.answer is self.defect.expected and self.defect.expected_reason in " ".join(
            map(english, self.reasons)
        )

    @property
    def actual(self) -> Message:
        if isinstance(self.answer, Verdict):
            return Message(f"verdict.{self.answer.name}")
        return Message("controls.exit", code=self.answer.exit_code)

    @property
    def expected(self) -> Message:
        """The expected end."""
        wanted = self.defect.expected
        if isinstance(wanted, Verdict):
            return Message(f"verdict.{wanted.name}")
        return Message("controls.exit_named", code=wanted.exit_code, error=wanted.__name__)

    def document(self) -> dict[str, object]:
        return {
            "name": self.defect.name,
            "defect": english(self.defect.description),
            "scenario": self.defect.scenario.name,
            "caught": self.caught,
            "answer": english(self.actual),
            "expected": english(self.expected),
            "reasons": [english(reason) for reason in self.reasons],
            "requests": self.requests,
        }


def main(
    argv: Sequence[str] | None = None,
    *,
    to: Callable[[Choice], DemoPlatform] = connect,
    source: LoadSource = ONE_PROCESS,
) -> int:
    """Plant every defect, print what caught it, and return the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    language = language_of(given)
    screen = Screen(Verbosity.NORMAL, language)
    play = functools.partial(_play, to, source, shlex.join([*as_typed(PROGRAM).split(), *given]), language=language)
    try:
        return command_line.run(_click_command(defects(), play, language), PROGRAM, given)
    except DemoError as error:
        screen.wrong(Message("error.of_command", command="controls", why=told(error)))
        return error.exit_code
    except OSError as error:  # such as a full disk: no reason for the exit code of a defect that was not caught
        screen.wrong(Message("error.of_command", command="controls", why=str(error)))
        return DemoError.exit_code


def _play(
    to: Callable[[Choice], DemoPlatform],
    source: LoadSource,
    typed: str,
    chosen: Sequence[Defect],
    choice: Choice,
    *,
    language: Language,
    as_json: bool,
    verbose: bool,
) -> int:
    """Plant the chosen defects, show what caught each, and return the exit code."""
    screen = Screen(Verbosity.JSON if as_json else Verbosity.NORMAL, language)
    controls = _plant_all(chosen, to(choice), source, command=typed, screen=screen, verbose=verbose)
    if as_json:
        print(json.dumps({"controls": [control.document() for control in controls]}, indent=2))
    return 0 if all(control.caught for control in controls) else 1


def _plant_all(
    chosen: Sequence[Defect], platform: DemoPlatform, source: LoadSource, *, command: str, screen: Screen, verbose: bool
) -> list[Control]:
    """Plant every defect by itself, each followed by the baseline; one load generator serves them all."""
    began = time.monotonic()
    language = screen.language
    screen.note(Message("controls.opening", platform=platform.name, url=f"{platform.gateway_url}/productpage"))
    titles = (render(Message(f"controls.{name}"), language) for name in ("answer", "after", "scenario", "defect"))
    screen.note(f"  {_row(*titles)}")
    inner = Screen(Verbosity.NORMAL if verbose else Verbosity.QUIET, language)
    controls = []
    with InterruptGuard().installed() as guard, source.traffic(platform, part(platform.key) / "locust.log") as traffic:
        _restore(platform, guard, screen)
        for defect in chosen:
            try:
                controls.append(_plant(defect, platform, LoadSource(running=traffic), command=command, screen=inner))
            finally:
                _restore(platform, guard, inner)
            for line in _lines(controls[-1], language):
                screen.note(line)
    missed = [control.defect.name for control in controls if not control.caught]
    result = Message("controls.missed", names=missed) if missed else Message("controls.all_caught", n=len(controls))
    screen.note(Message("controls.ended", result=result, seconds=round(time.monotonic() - began)))
    return controls


def _restore(platform: DemoPlatform, guard: InterruptGuard, screen: Screen) -> None:
    """Put the baseline back in force, as any other command would after a crash."""
    with guard.deferred(_STILL_OFF):
        if restored := restore_after_crash(platform):
            screen.note(note_of_restored(restored))
        try:
            platform.wait_until_converged(State(baseline()), timeout=CONVERGENCE_SECONDS)
        except NotConverged as error:
            raise NotConverged(words(Message("error.reset", why=told(error)))) from error


def _plant(defect: Defect, platform: DemoPlatform, source: LoadSource, *, command: str, screen: Screen) -> Control:
    """Run the scenario while the defect is planted."""
    try:
        with contextlib.closing(DefectivePlatform(platform, defect)) as planted:
            stream = Stream(screen, planted.hear)
            report = run(
                defect.scenario,
                plan_steps(defect.scenario, LoadProfile()),
                lambda: planted,
                rate=None,
                keep=False,
                command=command,
                stream=stream,
                source=source,
                fit=defect.fit,
            )
    except NotConverged as error:
        return Control(defect, NotConverged, (told(error),), requests=0)
    for failure in stream.failures:
        raise failure
    if report.error:
        return Control(defect, getattr(errors, report.error.kind), (report.error.why,), report.requests)
    return Control(defect, report.verdict, tuple(report.reasons), _requests(report))


def _requests(report: Report) -> int:
    """The number of requests under the defect until the verdict; all of them if the scenario holds."""
    for step in report.steps:
        if found := [judgement for judgement in step.judgements if judgement.verdict is not Verdict.HOLDS]:
            return min(judgement.early.answers if judgement.early else step.requests for judgement in found)
    return report.requests


def _lines(control: Control, language: Language) -> Iterator[str]:
    """Yield the row of a defect, and the reasons or what was expected instead."""
    defect = control.defect
    row = _row(
        render(control.actual, language),
        figures.count(control.requests),
        defect.scenario.name,
        render(defect.description, language),
    )
    yield f"{'✓' if control.caught else '✗'} {row}"
    below: list[Text] = list(control.reasons)
    if not control.caught:
        expected, cause = control.expected, repr(defect.expected_reason)
        because = Message("controls.because", expected=expected, cause=cause) if defect.expected_reason else expected
        below.insert(0, Message("controls.not_caught", expected=because))
    for text in below:
        yield f"{' ' * _INDENT}{render(text, language)}"


def _row(answer: str, after: str, scenario: str, defect: str) -> str:
    """Write one row in columns, as wide as their letters are in a terminal."""
    right = " " * max(0, _AFTER - cell_len(after)) + after
    return f"{set_cell_size(answer, _ANSWER)} {right}  {set_cell_size(scenario, _SCENARIO)}  {defect}"


def _click_command(known: Sequence[Defect], play: Callable[..., int], language: Language) -> click.Command:
    @click.command(
        "controls",
        cls=TranslatedCommand,
        language=language,
        lists=[("controls_defects", [(defect.name, defect.description) for defect in known])],
        epilogue=(Message("help.controls_exits"),),
    )
    @click.option("--only", metavar="NAME", type=click.Choice([defect.name for defect in known]), multiple=True)
    @click.option("--json", "as_json", is_flag=True)
    @click.option("-v", "--verbose", is_flag=True)
    @demo_options
    def click_command(choice: Choice, only: Collection[str], *, as_json: bool, verbose: bool) -> int:
        chosen = [defect for defect in known if not only or defect.name in only]
        return play(chosen, choice, as_json=as_json, verbose=verbose)

    click_command.params.append(language_option())
    return click_command


if __name__ == "__main__":
    sys.exit(main())
