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

from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.cli.demo_options import demo_options
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.errors import DemoError, NotConverged
from platforms.istio.resources import baseline
from platforms.selection import connect
from scenarios.defects.catalogue import defects
from scenarios.defects.defect import Answer, Defect, DefectivePlatform
from scenarios.evidence.judge import Verdict
from scenarios.messages.catalogue import english
from scenarios.messages.message import Text
from scenarios.reporting.model import Report
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.run.run import ONE_PROCESS, LoadProfile, LoadSource, plan_steps, run
from scenarios.run.signals import InterruptGuard

PROGRAM = "python -m scenarios.controls"
_EXITS = "exit codes: 0 all were caught, 1 one was not, 2 wrong usage, 3 the demo could not do it, 130 stopped"
_STILL_OFF = "a defect may still be planted, and `python -m platforms reset` brings the baseline back"


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
    def actual(self) -> str:
        return self.answer.name if isinstance(self.answer, Verdict) else f"exit {self.answer.exit_code}"

    @property
    def expected(self) -> str:
        """The expected end, in words."""
        wanted = self.defect.expected
        return wanted.name if isinstance(wanted, Verdict) else f"exit {wanted.exit_code}, {wanted.__name__}"

    def document(self) -> dict[str, object]:
        return {
            "name": self.defect.name,
            "defect": self.defect.description,
            "scenario": self.defect.scenario.name,
            "caught": self.caught,
            "answer": self.actual,
            "expected": self.expected,
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
    play = functools.partial(_play, to, source, shlex.join([*PROGRAM.split(), *given]))
    try:
        return command_line.run(_click_command(defects(), play), PROGRAM, given)
    except DemoError as error:
        return _wrong(str(error), error.exit_code)
    except OSError as error:  # such as a full disk: no reason for the exit code of a defect that was not caught
        return _wrong(str(error), DemoError.exit_code)


def _wrong(text: str, code: int) -> int:
    Screen(Verbosity.NORMAL).wrong(f"controls: {text}")
    return code


def _play(
    to: Callable[[Choice], DemoPlatform],
    source: LoadSource,
    typed: str,
    chosen: Sequence[Defect],
    choice: Choice,
    *,
    as_json: bool,
    verbose: bool,
) -> int:
    """Plant the chosen defects, show what caught each, and return the exit code."""
    screen = Screen(Verbosity.JSON if as_json else Verbosity.NORMAL)
    controls = _plant_all(chosen, to(choice), source, command=typed, screen=screen, verbose=verbose)
    if as_json:
        print(json.dumps({"controls": [control.document() for control in controls]}, indent=2))
    return 0 if all(control.caught for control in controls) else 1


def _plant_all(
    chosen: Sequence[Defect], platform: DemoPlatform, source: LoadSource, *, command: str, screen: Screen, verbose: bool
) -> list[Control]:
    """Plant every defect by itself, each followed by the baseline; one load generator serves them all."""
    began = time.monotonic()
    screen.note(f"controls · {platform.name} · {platform.gateway_url}/productpage")
    screen.note(f"  {'answer':<12} {'after':>6}  {'scenario':<13}  what is wrong")
    inner = Screen(Verbosity.NORMAL if verbose else Verbosity.QUIET)
    controls = []
    with InterruptGuard().installed() as guard, source.traffic(platform, part(platform.key) / "locust.log") as traffic:
        _restore(platform, guard, screen)
        for defect in chosen:
            try:
                controls.append(_plant(defect, platform, LoadSource(running=traffic), command=command, screen=inner))
            finally:
                _restore(platform, guard, inner)
            for line in _lines(controls[-1]):
                screen.note(line)
    missed = [control.defect.name for control in controls if not control.caught]
    result = f"NOT caught: {', '.join(missed)}" if missed else f"all {len(controls)} as they should be"
    screen.note(f"{result} · {time.monotonic() - began:.0f} s · baseline restored")
    return controls


def _restore(platform: DemoPlatform, guard: InterruptGuard, screen: Screen) -> None:
    """Put the baseline back in force, as any other command would after a crash."""
    with guard.deferred(_STILL_OFF):
        if told := restore_after_crash(platform):
            screen.note(told)
        try:
            platform.wait_until_converged(State(baseline()), timeout=CONVERGENCE_SECONDS)
        except NotConverged as error:
            raise NotConverged(f"{error}: `python -m platforms reset` brings the baseline back") from error


def _plant(defect: Defect, platform: DemoPlatform, source: LoadSource, *, command: str, screen: Screen) -> Control:
    """Run the scenario while the defect is planted."""
    try:
        with contextlib.closing(DefectivePlatform(platform, defect)) as planted:
            report = run(
                defect.scenario,
                plan_steps(defect.scenario, LoadProfile()),
                lambda: planted,
                rate=None,
                keep=False,
                command=command,
                screen=screen,
                source=source,
            )
    except NotConverged as error:
        return Control(defect, NotConverged, (str(error),), requests=0)
    if report.error:
        return Control(defect, type(report.error), (str(report.error),), report.requests)
    return Control(defect, report.verdict, tuple(report.reasons), _requests(report))


def _requests(report: Report) -> int:
    """The number of requests under the defect until the verdict; all of them if the scenario holds."""
    for step in report.steps:
        if found := [judgement for judgement in step.judgements if judgement.verdict is not Verdict.HOLDS]:
            return min(judgement.early.answers if judgement.early else step.requests for judgement in found)
    return report.requests


def _lines(control: Control) -> Iterator[str]:
    """Yield the row of a defect, and the reasons or what was expected instead."""
    mark = "✓" if control.caught else "✗"
    yield f"{mark} {control.actual:<12} {control.requests:>6,}  {control.defect.scenario.name:<13}  {control.defect.description}"
    if not control.caught:
        cause = control.defect.expected_reason
        expected = f"{control.expected}, because of {cause!r}" if cause else control.expected
        yield f"{' ' * 38}NOT caught, expected {expected}"
    for reason in control.reasons:
        yield f"{' ' * 38}{english(reason)}"


def _click_command(known: Sequence[Defect], play: Callable[..., int]) -> click.Command:
    listed = "\n".join(f"  {defect.name:<22} {defect.description}" for defect in known)

    @click.command(cls=TitledCommand, help=__doc__, epilog=f"\b\ndefects:\n{listed}\n\n{_EXITS}")
    @click.option(
        "--only",
        metavar="NAME",
        type=click.Choice([defect.name for defect in known]),
        multiple=True,
        help="plant this defect only; may be given several times",
    )
    @click.option("--json", "as_json", is_flag=True, help="print one JSON document and nothing else")
    @click.option("-v", "--verbose", is_flag=True, help="print every step of every run")
    @demo_options
    def click_command(choice: Choice, only: Collection[str], *, as_json: bool, verbose: bool) -> int:
        chosen = [defect for defect in known if not only or defect.name in only]
        return play(chosen, choice, as_json=as_json, verbose=verbose)

    return click_command


if __name__ == "__main__":
    sys.exit(main())
