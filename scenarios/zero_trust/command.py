"""Zero trust as a command. It is none of the scenarios of the runner: those ask for pages through the gateway, as many as their statistics take.

Lock, journal, signals and restoring are the runner's. There is neither a document nor a report: their schema tells of shares.
"""

from __future__ import annotations

import functools
import shlex
import sys
from collections.abc import Callable, Sequence

import click

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, Callers, State
from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.demo_options import demo_options
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import DemoPlatform, Journal, exclusive
from platforms.errors import DemoError, Interrupted, UsageError
from platforms.istio.resources import ResourceSet
from platforms.selection import connect
from scenarios.events.event import Found, NotRestored
from scenarios.events.stream import Stream
from scenarios.evidence.judgement import Verdict
from scenarios.messages.catalogue import english
from scenarios.messages.errors import told, words
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.run.restore import restore_after
from scenarios.run.run import note_of_restored, nothing_changed, preflight
from scenarios.run.signals import InterruptGuard
from scenarios.run.translated import TranslatedCommand, language_of, language_option
from scenarios.zero_trust.showing import show
from scenarios.zero_trust.trial import Pair, tried, verdict_of

NAME = "zero_trust"
_PROGRAM = f"python -m scenarios.{NAME}"
_EXITS = {Verdict.HOLDS: 0, Verdict.FAILS: 1, Verdict.INCONCLUSIVE: 4}


def main(argv: Sequence[str] | None = None, *, to: Callable[[Choice], DemoPlatform] = connect) -> int:
    """Run the command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    language = language_of(given)
    screen = Screen(Verbosity.NORMAL, language)
    typed = shlex.join([*_PROGRAM.split(), *given])
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
            click.Option(["--open", "opened"], is_flag=True),
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
    def click_command(*, choice: Choice, opened: bool, quiet: bool) -> int:
        return _run(functools.partial(to, choice), language, typed, opened=opened, quiet=quiet)

    return click_command


def _run(to: Callable[[], DemoPlatform], language: Language, typed: str, *, opened: bool, quiet: bool) -> int:
    """Try everybody under the baseline, or under it without its policies; the baseline is back afterwards."""
    platform = to()
    callers = platform.callers
    if callers is None:
        raise UsageError(words(Message("error.no_callers", platform=platform.name)))
    screen = Screen(Verbosity.QUIET if quiet else Verbosity.NORMAL, language)
    title = Message("zero_trust.without_policies" if opened else "zero_trust.with_policies")
    state = State(_without_policies(baseline()) if opened else baseline())
    stream = Stream(screen)
    pairs: list[Pair] = []
    with InterruptGuard().installed() as guard:
        with nothing_changed():
            if restored := restore_after_crash(platform):
                screen.note(note_of_restored(restored))
        with exclusive(platform.key, typed):
            with nothing_changed():
                was = preflight(platform)
            stream.publish(Found(was))
            entry = functools.partial(Journal.open, who=typed, was=english(was), will={english(title): state})
            steps = functools.partial(_try, platform, callers, state, title, screen, pairs)
            restore_after(steps, platform, guard, stream, entry=entry, scenario=NAME, keep=False)
    failed = [event for event in stream.past if isinstance(event, NotRestored)]
    show(pairs, language, restored=not failed, quiet=quiet)
    for event in failed:
        screen.wrong(_said(event.why))
        return event.exit_code
    return _EXITS[verdict_of(pairs)]


def _try(  # noqa: PLR0917  # each another kind of thing
    platform: DemoPlatform, callers: Callers, state: State, title: Text, screen: Screen, pairs: list[Pair]
) -> None:
    platform.apply(state)
    served = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
    screen.note(
        Message(
            "run.in_force", title=title, n=served.proxies, after=served.milliseconds, revision=state.resources.revision
        )
    )
    pairs.extend(tried(callers, tuple(platform.workloads())))


def _without_policies(resources: ResourceSet) -> ResourceSet:
    return ResourceSet(tuple(one for one in resources if one.kind != "AuthorizationPolicy"))


def _said(why: Text) -> Message:
    return Message("error.of_command", command=NAME, why=why)
