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

from platforms import command_line
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.choice import Choice, demo_options
from platforms.command_line import TitledCommand
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.errors import DemoError, NotConverged
from platforms.istio.resources import baseline
from platforms.selection import connect
from scenarios.defects.catalogue import defects
from scenarios.defects.defect import Answer, Defect, Planted
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
    """What a scenario said to a defect."""

    defect: Defect
    answer: Answer
    reasons: tuple[Text, ...]
    requests: int
    """After how many it was sure; 0 if none had to be sent."""

    @property
    def caught(self) -> bool:
        """Whether it is the right answer, for the right reason."""
        return self.answer is self.defect.answer and self.defect.cause in " ".join(map(english, self.reasons))

    @property
    def said(self) -> str:
        return self.answer.name if isinstance(self.answer, Verdict) else f"exit {self.answer.exit_code}"

    @property
    def right(self) -> str:
        """What would have been right."""
        wanted = self.defect.answer
        return wanted.name if isinstance(wanted, Verdict) else f"exit {wanted.exit_code}, {wanted.__name__}"

    def document(self) -> dict[str, object]:
        return {
            "name": self.defect.name,
            "defect": self.defect.told,
            "scenario": self.defect.scenario.name,
            "caught": self.caught,
            "answer": self.said,
            "expected": self.right,
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
    controls = _played(chosen, to(choice), source, command=typed, screen=screen, verbose=verbose)
    if as_json:
        print(json.dumps({"controls": [control.document() for control in controls]}, indent=2))
    return 0 if all(control.caught for control in controls) else 1


def _played(
    chosen: Sequence[Defect], platform: DemoPlatform, source: LoadSource, *, command: str, screen: Screen, verbose: bool
) -> list[Control]:
    """Every defect by itself, each followed by the baseline; the same visitors see them all."""
    began = time.monotonic()
    screen.note(f"controls · {platform.name} · {platform.gateway_url}/productpage")
    screen.note(f"  {'answer':<12} {'after':>6}  {'scenario':<13}  what is wrong")
    inner = Screen(Verbosity.NORMAL if verbose else Verbosity.QUIET)
    controls = []
    with InterruptGuard().installed() as guard, source.traffic(platform, part(platform.key) / "locust.log") as traffic:
        _mended(platform, guard, screen)
        for defect in chosen:
            try:
                controls.append(_control(defect, platform, LoadSource(running=traffic), command=command, screen=inner))
            finally:
                _mended(platform, guard, inner)
            for line in _lines(controls[-1]):
                screen.note(line)
    missed = [control.defect.name for control in controls if not control.caught]
    result = f"NOT caught: {', '.join(missed)}" if missed else f"all {len(controls)} as they should be"
    screen.note(f"{result} · {time.monotonic() - began:.0f} s · baseline restored")
    return controls


def _mended(platform: DemoPlatform, guard: InterruptGuard, screen: Screen) -> None:
    """See that the baseline is in force; what a defect has left is undone as any other command would undo it."""
    with guard.deferred(_STILL_OFF):
        if told := restore_after_crash(platform):
            screen.note(told)
        try:
            platform.wait_until_converged(State(baseline()), timeout=CONVERGENCE_SECONDS)
        except NotConverged as error:
            raise NotConverged(f"{error}: `python -m platforms reset` brings the baseline back") from error


def _control(defect: Defect, platform: DemoPlatform, source: LoadSource, *, command: str, screen: Screen) -> Control:
    """Show the scenario while the defect is planted."""
    try:
        with contextlib.closing(Planted(platform, defect)) as planted:
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
    """After how many requests under the defect the verdict was sure; if nothing is wrong, all of them."""
    for step in report.steps:
        if found := [judgement for judgement in step.judgements if judgement.verdict is not Verdict.HOLDS]:
            return min(judgement.early.answers if judgement.early else step.requests for judgement in found)
    return report.requests


def _lines(control: Control) -> Iterator[str]:
    """The row of a defect, and why it was caught or what would have been right."""
    mark = "✓" if control.caught else "✗"
    yield f"{mark} {control.said:<12} {control.requests:>6,}  {control.defect.scenario.name:<13}  {control.defect.told}"
    if not control.caught:
        right = f"{control.right}, because of {control.defect.cause!r}" if control.defect.cause else control.right
        yield f"{' ' * 38}NOT caught, right is {right}"
    for reason in control.reasons:
        yield f"{' ' * 38}{english(reason)}"


def _click_command(known: Sequence[Defect], play: Callable[..., int]) -> click.Command:
    listed = "\n".join(f"  {defect.name:<22} {defect.told}" for defect in known)

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
