"""Zero trust as a command. It is none of the scenarios of the runner: those ask for pages through the gateway, as many as their statistics take.

Lock, journal, signals, restoring and recording are the runner's; document and report are a trial's.
"""

from __future__ import annotations

import functools
import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import click

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, Callers, State
from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.demo_options import demo_options
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.demo.typed import as_typed
from platforms.errors import DemoError, Interrupted, UsageError
from platforms.selection import connect
from scenarios.events.event import Accepted, Found, InForce, Locked, Noted, Opened, Over, Sending, Sent, Tried
from scenarios.events.recording import Recording
from scenarios.events.stream import Stream
from scenarios.messages.catalogue import english
from scenarios.messages.errors import told, words
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.files import prepare, write
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.reporting.trial.document import document
from scenarios.reporting.trial.model import Trial
from scenarios.run.cli import Command
from scenarios.run.restore import restore_after
from scenarios.run.run import note_of_restored, nothing_changed, preflight
from scenarios.run.signals import InterruptGuard
from scenarios.run.translated import TranslatedCommand, language_of, language_option
from scenarios.scenario import Scenario, Step
from scenarios.zero_trust.showing import show
from scenarios.zero_trust.trial import CALLS, pairs_of, tried, without_policies

NAME = "zero_trust"
_PROGRAM = f"python -m scenarios.{NAME}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options of one call, and the command as it was typed."""

    typed: str
    opened: bool
    as_json: bool
    report: str | None
    quiet: bool


def main(argv: Sequence[str] | None = None, *, to: Callable[[Choice], DemoPlatform] = connect) -> int:
    """Run the command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    language = language_of(given)
    screen = Screen(Verbosity.NORMAL, language)
    typed = shlex.join([*as_typed(_PROGRAM).split(), *given])
    try:
        return command_line.run(_click_command(language, to, typed), _PROGRAM, given)
    except (DemoError, OSError) as error:
        screen.wrong(_said(told(error)))
        return getattr(error, "exit_code", DemoError.exit_code)
    except KeyboardInterrupt:
        screen.wrong(_said(Message("error.nothing_changed", why=Message("error.stopped", signal="Ctrl-C"))))
        return Interrupted.exit_code


def _click_command(language: Language, to: Callable[[Choice], DemoPlatform], typed: str) -> click.Command:
    @click.command(
        NAME,
        cls=TranslatedCommand,
        language=language,
        params=[
            *COMMAND.options,
            click.Option(["--json", "as_json"], is_flag=True),
            click.Option(["--report"], metavar="DIR"),
            click.Option(["-q", "--quiet"], is_flag=True),
            language_option(),
        ],
        epilogue=(
            Message("help.zero_trust_exact"),
            Message("help.example", command=f"{_PROGRAM} --open"),
            Message("help.exits"),
        ),
    )
    @demo_options
    def click_command(*, choice: Choice, opened: bool, as_json: bool, report: str | None, quiet: bool) -> int:
        asked = _Asked(typed, opened, as_json, report, quiet)
        return _run(functools.partial(to, choice), language, asked)

    return click_command


def _run(to: Callable[[], DemoPlatform], language: Language, asked: _Asked) -> int:
    """Try everybody under the baseline, or under it without its policies; the baseline is back afterwards."""
    folder = None if asked.report is None else prepare(asked.report)
    verbosity = Verbosity.JSON if asked.as_json else Verbosity.QUIET if asked.quiet else Verbosity.NORMAL
    screen = Screen(verbosity, language)
    with Recording() as recording:
        stream = Stream(recording, screen)
        trial = _tried(to, asked, stream)
    written = document(trial)
    if asked.as_json:
        screen.result(written)
    else:
        show(written, language, quiet=asked.quiet)
    if recording.error:
        screen.note(Message("run.not_recorded", why=str(recording.error)))
    if folder:
        screen.note(write(written, folder, language, recording=None if recording.error else recording.path))
    if trial.error:
        screen.wrong(_said(trial.error.why))
    for failure in stream.failures:
        raise failure
    return trial.exit_code


def _tried(to: Callable[[], DemoPlatform], asked: _Asked, stream: Stream) -> Trial:
    started, clock = datetime.now().astimezone(), time.perf_counter()
    platform = to()
    callers = platform.callers
    if callers is None:
        raise UsageError(words(Message("error.no_callers", platform=platform.name)))
    scenario = _scenario(opened=asked.opened)
    (step,) = scenario.steps
    url = f"{platform.gateway_url}/productpage"
    with stream.telling_failure():
        stream.publish(
            Opened(scenario, ((),), platform.name, platform.key, url, asked.typed, started, os.getpid()),
        )
        with InterruptGuard().installed() as guard:
            with nothing_changed():
                if restored := restore_after_crash(platform):
                    stream.publish(Noted(note_of_restored(restored)))
            with exclusive(platform.key, asked.typed):
                stream.publish(Locked())
                with nothing_changed():
                    found = preflight(platform)
                stream.publish(Found(found))
                entry = functools.partial(
                    Journal.open, who=asked.typed, was=english(found), will={english(step.title): step.state}
                )
                steps = functools.partial(_try, platform, callers, step.state, stream)
                restore_after(steps, platform, guard, stream, entry=entry, scenario=NAME, keep=False)
        stream.publish(Over(time.perf_counter() - clock))
        trial = Trial.of(stream.past)
        stream.publish(trial.ended)
    return trial


def _scenario(*, opened: bool) -> Scenario:
    title = Message("zero_trust.without_policies" if opened else "zero_trust.with_policies")
    step = Step(title, without_policies() if opened else State(baseline()), ())
    return Scenario(NAME, title, (step,), point=0, outcomes={})


def _try(platform: DemoPlatform, callers: Callers, state: State, stream: Stream) -> None:
    """Put the state in force, and let everybody call."""
    at = time.time()
    platform.apply(state)
    stream.publish(Accepted(0, at=at))
    stream.publish(InForce(0, platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)))
    workloads = tuple(platform.workloads())
    stream.publish(Sending(0, CALLS * len(pairs_of(workloads))))
    calls = 0
    with callers:
        began = time.perf_counter()
        for pair in tried(callers, workloads):
            calls += len(pair.answers)
            stream.publish(Tried(0, pair))
        seconds = time.perf_counter() - began
    stream.publish(Sent(0, calls, seconds, logins=0))


def _build(_margin: Fraction, *, opened: bool, **_: object) -> Scenario:
    return _scenario(opened=opened)


COMMAND = Command(
    name=NAME,
    title="who may call whom",
    example="",
    options=(click.Option(["--open", "opened"], is_flag=True),),
    build=_build,
)
"""For a talk, and for the list of all; `main` runs it."""


def _said(why: Text) -> Message:
    return Message("error.of_command", command=NAME, why=why)
