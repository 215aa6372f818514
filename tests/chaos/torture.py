"""`make torture`: cut runs off at random moments, and see that the next command finds or brings the baseline back.

Each run is one of the scenarios as typed, ended by kill -9 (or, with --by stop, by Ctrl-C, Ctrl-C twice or
SIGTERM). Half of the moments are drawn evenly from the length of a run; the others are within a tenth of a second after
one of its lines, because that is when it changes something. Then the proxies themselves are asked what they serve.
"""

from __future__ import annotations

import random
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand, WholeNumber
from platforms.cli.demo_options import demo_options
from platforms.demo import journal
from platforms.demo.journal import DemoPlatform, Journal
from platforms.errors import DemoError
from platforms.selection import connect
from platforms.wait import wait_while
from scenarios.registry import COMMANDS
from tests.commands import Ended, Typed

SCENARIOS = tuple(f"scenarios.{name}" for name in COMMANDS)
NEXT = ("status", "reset", "scenario", "apply")
STOPS = ("Ctrl-C", "Ctrl-C twice", "SIGTERM")
RULE = ISTIO / "canary.yaml"

_GONE_SECONDS = 20.0
"""How long what a killed run had started may take to notice."""
_AT_ONCE_SECONDS = 10.0
"""How long the proxies get where nothing is left to be healed: they were waited for already, but may just restart."""
_HEALED = "was cut off before it could restore"
_STILL_OFF = "may still be in force"
_SECOND_CTRL_C_SECONDS = 0.5
_AFTER_A_LINE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Cut:
    """One run that was cut off, and what came of it."""

    moment: str
    then: str
    """The next command."""
    healed_seconds: float | None
    """From typing the next command until it had brought the baseline back; None if nothing was to be healed."""
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A run that came to its end."""

    seconds: float
    lines: int
    """How many it said before its result."""

    @classmethod
    def of(cls, ended: Ended) -> Whole:
        return cls(ended.seconds, sum(" · " in line for line in ended.out if line[:1] == " "))


class Torture:
    """Cuts runs off on one demo."""

    def __init__(
        self, platform: DemoPlatform, options: Sequence[str], *, requests: int, seed: int, by_signal: bool
    ) -> None:
        self._platform = platform
        self._options = options
        self._requests = requests
        self._by_signal = by_signal
        self._random = random.Random(seed)  # noqa: S311  # chance, not secrecy
        self._whole: dict[str, Whole] = {}
        """The latest run of each scenario that came to its end."""

    def cuts(self, count: int) -> Iterator[Cut]:
        """Each as it is over; the scenarios and the next commands take turns."""
        for scenario in SCENARIOS:
            whole = Typed(*self._scenario(scenario)).end()
            if whole.code not in (0, 1, 4):  # with few requests, a claim may stay undecided
                raise AssertionError(f"undisturbed, `{whole.typed}` ended with {whole.code}: {whole.said}")
            self._whole[scenario] = Whole.of(whole)
        for number in range(count):
            scenario = SCENARIOS[number % len(SCENARIOS)]
            yield self._cut(scenario, NEXT[number // len(SCENARIOS) % len(NEXT)])

    def _cut(self, scenario: str, then: str) -> Cut:
        wrong: list[str] = []
        typed, ended = self._cut_off(scenario)
        moment = self._moment(ended)
        if "Traceback" in ended.said:
            wrong.append(f"it printed a traceback: {ended.said}")
        if left := wait_while(typed.leftovers, _GONE_SECONDS, every=0.02):
            wrong.append(f"processes {left} of the run are left")
        entry = Journal.of(self._platform.key).read()
        if entry is None:  # then nothing may be left to heal
            wrong += self._off(State(baseline()), _AT_ONCE_SECONDS)
        seconds, after = self._next(then, healing=entry is not None)
        return Cut(moment, then, seconds, (*wrong, *after))

    def _cut_off(self, scenario: str) -> tuple[Typed, Ended]:
        """A run that was cut off; one that came to its end before that does not count."""
        while True:
            whole = self._whole[scenario]
            typed = Typed(*self._scenario(scenario))
            if self._random.random() < 1 / 2:
                time.sleep(self._random.uniform(0, whole.seconds))
            else:
                typed.wait_for_line(self._random.randint(1, whole.lines))
                time.sleep(self._random.uniform(0, _AFTER_A_LINE_SECONDS))
            there = self._stop(typed)
            ended = typed.end()
            if there:
                return typed, ended
            self._whole[scenario] = Whole.of(ended)

    def _stop(self, typed: Typed) -> bool:
        """Stop it; tells whether it was still there to be stopped."""
        if not self._by_signal:
            return typed.send(signal.SIGKILL)
        how = self._random.choice(STOPS)
        there = typed.send(signal.SIGTERM if how == "SIGTERM" else signal.SIGINT, group=True)
        if how == "Ctrl-C twice":
            time.sleep(self._random.uniform(0, _SECOND_CTRL_C_SECONDS))
            typed.send(signal.SIGINT, group=True)
        return there

    def _moment(self, ended: Ended) -> str:
        """The stage that it had reached, by what it had said."""
        if self._by_signal:
            if _STILL_OFF in ended.said:
                return "stopped, gave up restoring"
            return {130: "stopped, exit 130", -signal.SIGTERM: "ended by SIGTERM"}.get(ended.code, f"exit {ended.code}")
        if any("baseline · in force" in line for line in ended.out):
            return "restored"
        if any(" · in force" in line for line in ended.out):
            return "under a rule, or on the way back"
        return "before a rule was in force"

    def _next(self, then: str, *, healing: bool) -> tuple[float | None, list[str]]:
        """Type the next command; returns the seconds until it had healed, and what went wrong."""
        command = {
            "status": ("platforms", "status", *_without_yes(self._options)),
            "reset": ("platforms", "reset", *self._options),
            "apply": ("platforms", "apply", *self._options, "-f", str(RULE)),
            "scenario": self._scenario(self._random.choice(SCENARIOS)),
        }[then]
        typed = Typed(*command)
        ended = typed.end()
        wrong = []
        if ended.code not in ((0, 1, 4) if then == "scenario" else (0,)):
            wrong.append(f"`{ended.typed}` ended with {ended.code}: {ended.said}")
        if "Traceback" in ended.said:
            wrong.append(f"`{ended.typed}` printed a traceback")
        if healing != (_HEALED in ended.said):
            wrong.append(f"`{ended.typed}` said {'nothing of healing' if healing else 'it healed'}: {ended.said}")
        expected = State(baseline().overlaid(load(RULE))) if then == "apply" else State(baseline())
        wrong += self._off(expected, _AT_ONCE_SECONDS)
        if then == "apply":
            Typed("platforms", "reset", *self._options).end()
            wrong += self._off(State(baseline()), CONVERGENCE_SECONDS)
        seconds = typed.wait_for(_HEALED) - typed.began if healing and not wrong else None
        return seconds, wrong

    def _off(self, state: State, seconds: float) -> list[str]:
        """The ways in which the proxies, the journal and the lock are not as they should be."""
        wrong = []
        try:
            self._platform.wait_until_converged(state, timeout=seconds)
        except DemoError as error:
            wrong.append(f"the proxies: {error}")
        if Journal.of(self._platform.key).read() is not None:
            wrong.append("the journal is still open")
        try:
            with journal.exclusive(self._platform.key, "python -m tests.chaos.torture"):
                pass
        except DemoError as error:
            wrong.append(f"the lock: {error}")
        return wrong

    def _scenario(self, module: str) -> tuple[str, ...]:
        return (module, *self._options, "--requests", str(self._requests))


def _without_yes(options: Sequence[str]) -> list[str]:
    return [option for option in options if option != "--yes"]


def table(cuts: Sequence[Cut]) -> str:
    """The table of docs/faults.md."""
    lines = [
        "| when it was cut off | runs | next command: "
        + " / ".join(NEXT)
        + " | seconds to heal, median | worst | wrong |",
        "|---|---|---|---|---|---|",
    ]
    for moment in sorted({cut.moment for cut in cuts}):
        of = [cut for cut in cuts if cut.moment == moment]
        lines.append(f"| {moment} | {_row(of)} |")
    return "\n".join([*lines, f"| all | {_row(cuts)} |"])


def _row(cuts: Sequence[Cut]) -> str:
    seconds = [cut.healed_seconds for cut in cuts if cut.healed_seconds is not None]
    then = Counter(cut.then for cut in cuts)
    times = (f"{statistics.median(seconds):.1f}", f"{max(seconds):.1f}") if seconds else ("", "")
    wrong = sum(bool(cut.wrong) for cut in cuts)
    return " | ".join((str(len(cuts)), " / ".join(str(then[one]) for one in NEXT), *times, str(wrong)))


@click.command(cls=TitledCommand, help=__doc__)
@click.option(
    "--kills", type=WholeNumber(1, 1_000_000, example="200"), default=200, help="how many runs (default: 200)"
)
@click.option("--by", type=click.Choice(("kill", "stop")), default="kill", help="kill -9 (default), or signals")
@click.option("--requests", type=WholeNumber(1, 1_000_000, example="60"), default=60, help="of each step (default: 60)")
@click.option("--seed", type=int, default=1, help="of the moments (default: 1)")
@demo_options
def torture(choice: Choice, kills: int, by: str, requests: int, seed: int) -> int:
    platform = connect(choice)
    runs = Torture(platform, choice.options, requests=requests, seed=seed, by_signal=by == "stop")
    cuts: list[Cut] = []
    began = time.monotonic()
    try:
        for cut in runs.cuts(kills):
            cuts.append(cut)
            healed = "" if cut.healed_seconds is None else f", healed in {cut.healed_seconds:.1f} s"
            print(f"{len(cuts):4} {cut.moment}, then {cut.then}{healed}", *cut.wrong, sep="\n     WRONG ", flush=True)
    except KeyboardInterrupt:
        print("torture: stopped", file=sys.stderr)
    failed = sum(bool(cut.wrong) for cut in cuts)
    took = time.monotonic() - began
    print(f"\n{table(cuts)}\n")
    print(f"{len(cuts)} runs cut off on {platform.name} in {took:.0f} s, seed {seed}; {failed} went wrong")
    return 1 if failed or len(cuts) < kills else 0


if __name__ == "__main__":
    sys.exit(command_line.main(torture, "python -m tests.chaos.torture"))
