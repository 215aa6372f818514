"""The command line that all scenarios share: options in, exit code out."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn

from platforms.choice import Choice, add_options, named
from platforms.demo.journal import DemoPlatform
from platforms.errors import DemoError, UsageError
from platforms.selection import connect
from scenarios.messages.message import Message
from scenarios.reporting.files import prepare, write
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.run.numbers import decimal, whole
from scenarios.run.run import ONE_PROCESS, LoadProfile, LoadSource, claims_of, run
from scenarios.scenario import Scenario

_MOST_REQUESTS = 1_000_000
_MOST_WORKERS = 64
_MARGIN = "5"
_INTERRUPTED = 130
_EXITS = "exit codes: 0 HOLDS, 1 FAILS, 4 INCONCLUSIVE, 2 wrong usage, 3 the demo could not do it, 130 stopped"


@dataclass(frozen=True, slots=True)
class Command:
    """One scenario as a command."""

    name: str
    title: str
    """The episode in a few words."""
    summary: str
    example: str
    """The arguments of a typical call."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    build: Callable[[argparse.Namespace, Fraction], Scenario]
    """The scenario from its arguments and the margin; raises UsageError."""

    @property
    def usage(self) -> str:
        return f"python -m scenarios.{self.name} {self.example}".rstrip()


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and leaves the exit to us."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; `{self.prog} --help` shows what is possible")


def main(
    command: Command,
    argv: Sequence[str] | None = None,
    *,
    to: Callable[[Choice], DemoPlatform] = connect,
    source: LoadSource = ONE_PROCESS,
) -> int:
    """Run the command and return its exit code; `source` sends unless the arguments ask for another."""
    given = list(sys.argv[1:] if argv is None else argv)
    screen = Screen(Verbosity.JSON)
    try:
        arguments = _parser(command).parse_args(_joined(given))
        profile, margin = _profile(arguments), _margin(arguments)
        source = _source(arguments) or source
        screen = Screen(_verbosity(arguments))
        target = named(arguments)
        scenario = command.build(arguments, margin)
        if sum(claim.requests for step in claims_of(scenario, profile) for claim in step) > _MOST_REQUESTS:
            raise UsageError(f"this takes more than {_MOST_REQUESTS:,} requests: give a larger --margin, or --requests")
        if arguments.margin != _MARGIN and _alike(scenario, command.build(arguments, Fraction(_MARGIN) / 100), profile):
            told = Message("note.margin", margin=arguments.margin)
            scenario = replace(scenario, notes=(*scenario.notes, told))
        folder = None if arguments.report is None else prepare(arguments.report)
        typed = shlex.join(["python", "-m", f"scenarios.{command.name}", *given])
        report = run(
            scenario,
            lambda: to(target),
            profile=profile,
            source=source,
            keep=arguments.keep,
            command=typed,
            screen=screen,
        )
        screen.result(report)
        if folder:
            screen.wrote(write(report, folder))
    except DemoError as error:
        screen.wrong(f"{command.name}: {error}")
        return error.exit_code
    except OSError as error:  # such as a full disk: no reason for the exit code of a claim that FAILS
        screen.wrong(f"{command.name}: {error}")
        return DemoError.exit_code
    except KeyboardInterrupt:
        screen.wrong(f"{command.name}: stopped by Ctrl-C; nothing had been changed")
        return _INTERRUPTED
    if report.error:
        screen.wrong(f"{command.name}: {report.error}")
    return report.exit_code


def _parser(command: Command) -> Parser:
    parser = Parser(
        prog=f"python -m scenarios.{command.name}",
        description=command.summary,
        epilog=f"example: {command.usage}\n\n{_EXITS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    add_options(parser)
    common = parser.add_argument_group("common options")
    common.add_argument("--requests", metavar="N", help="requests per end user and step; default: what --margin needs")
    common.add_argument(
        "--margin",
        metavar="POINTS",
        default=_MARGIN,
        help="the deviation of a split that must be caught, in points, default 5; a split that only supports the claim gets a"
        " multiple, a claim of all or none (leaks, abort, outage) depends on it only below 1",
    )
    common.add_argument("--rate", metavar="RPS", help="requests per second; default: as fast as the page answers")
    common.add_argument(
        "--duration", metavar="SECONDS", help="of each step; with --rate, as in --rate 15 --duration 60"
    )
    common.add_argument(
        "--workers", metavar="N", help="send from N processes, for more than one can (or pods, with --in-cluster)"
    )
    common.add_argument("--in-cluster", action="store_true", help="kubernetes: send from a Job in the cluster")
    common.add_argument("--keep", action="store_true", help="leave the rule in force for a look at the page")
    common.add_argument(
        "--json", action="store_true", help="print one JSON document and nothing else; on an error (2, 3, 130), none"
    )
    common.add_argument("--report", metavar="DIR", help="write report.json, junit.xml, report.html and the YAML there")
    loudness = common.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="print the verdict only")
    loudness.add_argument("-v", "--verbose", action="store_true", help="print how you know, too")
    return parser


def _alike(one: Scenario, other: Scenario, profile: LoadProfile) -> bool:
    """Whether the claims of both take as many requests and catch the same."""

    def told(scenario: Scenario) -> list[tuple[int, Message]]:
        return [(claim.requests, claim.power) for step in claims_of(scenario, profile) for claim in step]

    return told(one) == told(other)


def _joined(argv: Sequence[str]) -> list[str]:
    """`--weights -1,101,0` as `--weights=-1,101,0`: argparse would take the number for an option."""
    joined: list[str] = []
    for word in argv:
        if joined and re.match(r"-[0-9.]", word) and re.fullmatch(r"--[a-z-]+", joined[-1]):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _profile(arguments: argparse.Namespace) -> LoadProfile:
    requests = rate = duration = None
    if arguments.requests is not None:
        requests = whole(arguments.requests, option="--requests", least=1, most=_MOST_REQUESTS, example="1000")
    if arguments.rate is not None:
        rate = decimal(arguments.rate, option="--rate", least=Fraction(1, 10), most=Fraction(10_000), example="15")
    if arguments.duration is not None:
        duration = decimal(
            arguments.duration, option="--duration", least=Fraction(1), most=Fraction(86_400), example="60"
        )
        if rate is None:
            raise UsageError("--duration needs a rate: add --rate, as in --rate 15 --duration 60")
        if requests is not None:
            raise UsageError("--requests and --duration each say how many requests: give one of them")
    return LoadProfile(requests, None if rate is None else float(rate), None if duration is None else float(duration))


def _source(arguments: argparse.Namespace) -> LoadSource | None:
    """The source that is asked for, if one is."""
    workers = arguments.workers
    if workers is not None:
        workers = whole(workers, option="--workers", least=1, most=_MOST_WORKERS, example="4")
    return LoadSource(workers, arguments.in_cluster) if workers or arguments.in_cluster else None


def _margin(arguments: argparse.Namespace) -> Fraction:
    points = decimal(arguments.margin, option="--margin", least=Fraction(1, 2), most=Fraction(50), example="5")
    return points / 100


def _verbosity(arguments: argparse.Namespace) -> Verbosity:
    if arguments.json:
        return Verbosity.JSON
    if arguments.quiet:
        return Verbosity.QUIET
    return Verbosity.VERBOSE if arguments.verbose else Verbosity.NORMAL
