"""The command line that all scenarios share: options in, exit code out."""

from __future__ import annotations

import functools
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import click

from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.command_line import DecimalNumber, TitledOption, WholeNumber
from platforms.cli.demo_options import demo_options
from platforms.demo.journal import DemoPlatform
from platforms.demo.typed import as_typed
from platforms.errors import DemoError, Interrupted, UsageError
from platforms.selection import connect
from scenarios.events.recording import Recording
from scenarios.events.stream import Stream
from scenarios.messages.catalogue import message_or
from scenarios.messages.errors import told, words
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.document import document
from scenarios.reporting.files import prepare, write
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.run.run import ONE_PROCESS, LoadProfile, LoadSource, fitted, plan_steps, run
from scenarios.run.translated import TranslatedCommand, language_of, language_option
from scenarios.scenario import Scenario
from scenarios.statistics.claim import Claim

_MOST_REQUESTS = 1_000_000
_MOST_WORKERS = 64
_MARGIN = Fraction(5)


@dataclass(frozen=True, slots=True)
class Command:
    """One scenario as a command."""

    name: str
    title: str
    """The episode in a few words."""
    example: str
    """The arguments of a typical call."""
    options: tuple[click.Option, ...]
    """Those that no other scenario has."""
    build: Callable[..., Scenario]
    """Makes the scenario from the margin, `keep` and the values of its options, by name; raises UsageError."""
    fit: Callable[[Scenario, DemoPlatform], Scenario] = fitted
    """Makes of the scenario that for a demo; raises what that has against it, before anything is changed."""

    def scenario(self, words: Sequence[str], margin: Fraction) -> Scenario:
        """Build the scenario that these of its own options ask for; raises UsageError, click's for what is none of them."""
        own = click.Command(self.name, params=list(self.options), add_help_option=False)
        values = own.make_context(self.program, list(words)).params
        return self.build(margin, keep=False, **values)

    @property
    def program(self) -> str:
        return as_typed(f"python -m scenarios.{self.name}")

    @property
    def summary(self) -> Text:
        return message_or(f"help.command_{self.name}", self.title)

    @property
    def usage(self) -> str:
        return f"{self.program} {self.example}".rstrip()


def main(
    command: Command,
    argv: Sequence[str] | None = None,
    *,
    to: Callable[[Choice], DemoPlatform] = connect,
    source: LoadSource = ONE_PROCESS,
) -> int:
    """Run the command and return its exit code; `source` sends unless the arguments ask for another."""
    given = list(sys.argv[1:] if argv is None else argv)
    language = language_of(given)
    screen = Screen(Verbosity.JSON, language)
    play = functools.partial(_play, command, to, source, language, shlex.join([*command.program.split(), *given]))
    try:
        return command_line.run(_click_command(command, play, language), command.program, given)
    except DemoError as error:
        screen.wrong(_said_of(command, told(error)))
        return error.exit_code
    except OSError as error:  # such as a full disk: no reason for the exit code of a claim that FAILS
        screen.wrong(_said_of(command, str(error)))
        return DemoError.exit_code
    except KeyboardInterrupt:
        why = Message("error.nothing_changed", why=Message("error.stopped", signal="Ctrl-C"))
        screen.wrong(_said_of(command, why))
        return Interrupted.exit_code


def _said_of(command: Command, why: Text) -> Message:
    return Message("error.of_command", command=command.name, why=why)


def _play(
    command: Command,
    to: Callable[[Choice], DemoPlatform],
    source: LoadSource,
    language: Language,
    typed: str,
    *,
    choice: Choice,
    requests: int | None,
    margin: Fraction,
    rate: Fraction | None,
    duration: Fraction | None,
    workers: int | None,
    in_cluster: bool,
    keep: bool,
    as_json: bool,
    report: str | None,
    quiet: bool,
    verbose: int,
    **own: Any,
) -> int:
    """Show the scenario as it was asked for, and return the exit code of its verdict."""
    profile = _profile(requests, rate, duration)
    if workers or in_cluster:
        source = LoadSource(workers, in_cluster)
    command_line.log_to_stderr(verbose - 1)
    screen = Screen(_verbosity(as_json=as_json, quiet=quiet, verbose=verbose), language)
    scenario = command.build(margin / 100, keep=keep, **own)
    claims = plan_steps(scenario, profile)
    if sum(claim.requests for step in claims for claim in step) > _MOST_REQUESTS:
        raise UsageError(words(Message("error.too_many_requests", most=_MOST_REQUESTS)))
    usual = command.build(_MARGIN / 100, keep=keep, **own)
    if margin != _MARGIN and _promises(claims) == _promises(plan_steps(usual, profile)):
        note = Message("note.margin", margin=f"{float(margin):g}")
        scenario = replace(scenario, notes=(*scenario.notes, note))
    folder = None if report is None else prepare(report)
    with Recording() as recording:
        stream = Stream(recording, screen)
        outcome = run(
            scenario,
            claims,
            lambda: to(choice),
            fit=command.fit,
            rate=profile.rate,
            source=source,
            keep=keep,
            command=typed,
            stream=stream,
        )
    written = document(outcome)
    screen.result(written)
    if recording.error:
        screen.note(Message("run.not_recorded", why=str(recording.error)))
    if folder:
        screen.note(write(written, folder, language, recording=None if recording.error else recording.path))
    if outcome.error:
        screen.wrong(_said_of(command, outcome.error.why))
    for failure in stream.failures:
        raise failure
    return outcome.exit_code


_option = functools.partial(TitledOption, title="Common options")
_flag = functools.partial(_option, is_flag=True)

_COMMON = (
    _option(
        ["--requests"],
        type=WholeNumber(1, _MOST_REQUESTS, example="1000"),
        metavar="N",
    ),
    _option(
        ["--margin"],
        type=DecimalNumber(Fraction(1, 2), Fraction(50), example="5"),
        metavar="POINTS",
        default=_MARGIN,
    ),
    _option(
        ["--rate"],
        type=DecimalNumber(Fraction(1, 10), Fraction(10_000), example="15"),
        metavar="RPS",
    ),
    _option(
        ["--duration"],
        type=DecimalNumber(Fraction(1), Fraction(86_400), example="60"),
        metavar="SECONDS",
    ),
    _option(
        ["--workers"],
        type=WholeNumber(1, _MOST_WORKERS, example="4"),
        metavar="N",
    ),
    _flag(["--in-cluster"]),
    _flag(["--keep"]),
    _flag(["--json", "as_json"]),
    _option(["--report"], metavar="DIR"),
    language_option(cls=TitledOption, title="Common options"),
    _flag(["-q", "--quiet"]),
    _option(
        ["-v", "--verbose"],
        count=True,
    ),
)


def _click_command(command: Command, play: Callable[..., int], language: Language) -> click.Command:
    @click.command(
        command.name,
        cls=TranslatedCommand,
        language=language,
        summary=command.summary,
        params=[*command.options, *_COMMON],
        epilogue=(Message("help.example", command=command.usage), Message("help.exits")),
    )
    @demo_options
    def click_command(**values: Any) -> int:
        return play(**values)

    return click_command


def _promises(claims: Iterable[Sequence[Claim]]) -> list[tuple[int, Message]]:
    """List how many requests each claim takes, and what they catch."""
    return [(claim.requests, claim.power) for step in claims for claim in step]


def _profile(requests: int | None, rate: Fraction | None, duration: Fraction | None) -> LoadProfile:
    if duration is not None:
        if rate is None:
            raise UsageError(words(Message("error.duration_alone")))
        if requests is not None:
            raise UsageError(words(Message("error.requests_and_duration")))
    return LoadProfile(requests, None if rate is None else float(rate), None if duration is None else float(duration))


def _verbosity(*, as_json: bool, quiet: bool, verbose: int) -> Verbosity:
    if quiet and verbose:
        raise UsageError(words(Message("error.quiet_and_verbose")))
    if as_json:
        return Verbosity.JSON
    if quiet:
        return Verbosity.QUIET
    return Verbosity.VERBOSE if verbose else Verbosity.NORMAL
