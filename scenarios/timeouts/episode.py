"""The steps of the time-outs: stars, late stars, and then a page without reviews in time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.cli.command_line import WholeNumber
from platforms.errors import UsageError
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS
from scenarios.evidence.observation import BLACK_STARS, NO_REVIEWS
from scenarios.evidence.proxy_counts import TRIES
from scenarios.messages.errors import words
from scenarios.messages.message import Message
from scenarios.patch import select, with_value, without
from scenarios.run.cli import Command
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.statistics.counting import CallKind, Counting

_BUSY_SECONDS = 1
"""The time of a page beyond its waits, on a busy machine."""
_SLOW_PAGE_USERS = 16
"""How many pages are requested at the same time if each takes seconds."""
_FIRST_ROUTE = ("http", 0)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long reviews are waited for, and how late ratings are."""

    timeout_ms: int
    delay_ms: int

    @property
    def longest(self) -> float:
        """The seconds that a page waits for reviews: productpage asks them once more."""
        return TRIES * self.timeout_ms / 1000

    @property
    def rule(self) -> ResourceSet:
        """Return `istio/timeouts.yaml` with these times."""
        rules = with_value(
            load(ISTIO / "timeouts.yaml"), "reviews", (*_FIRST_ROUTE, "timeout"), _seconds(self.timeout_ms)
        )
        return with_value(rules, "ratings", (*_FIRST_ROUTE, "fault", "delay", "fixedDelay"), _seconds(self.delay_ms))


def scenario(wait: Wait, margin: Fraction, *, without_timeout: bool = False) -> Scenario:
    """Build the steps: stars, then late stars, then a page without reviews in time; `without_timeout` is what must FAIL."""
    unlimited = without(wait.rule, "reviews", (*_FIRST_ROUTE, "timeout"))
    late = State(baseline().overlaid(unlimited))
    slow = wait.delay_ms / 1000
    limited = late if without_timeout else State(baseline().overlaid(wait.rule))
    return Scenario(
        name="timeouts",
        title=Message("title.timeouts", timeout=wait.timeout_ms / 1000, delay=slow),
        steps=(
            Step(
                Message("step.stars_there"),
                State(baseline().overlaid(select(unlimited, "reviews"))),
                (_always(BLACK_STARS, min(margin, Fraction(1, 100))),),
                ratings=True,
            ),
            Step(
                Message("step.ratings_late", delay=slow),
                late,
                (_always(BLACK_STARS, margin, budget=slow + _BUSY_SECONDS),),
                ratings=True,
                users=_SLOW_PAGE_USERS,
            ),
            Step(
                Message("step.timed_out", timeout=wait.timeout_ms / 1000),
                limited,
                (_always(NO_REVIEWS, margin, budget=wait.longest + _BUSY_SECONDS),),
                users=_SLOW_PAGE_USERS,
                counting=Counting(CallKind.TIMED_OUT, "productpage-v1", "reviews", "v2", Fraction(1), margin),
            ),
        ),
        point=2,
        outcomes={},
        notes=_notes(wait, without_timeout=without_timeout),
    )


def _always(outcome: Message, leak: Fraction, *, budget: float | None = None) -> Expectation:
    """Expect one outcome for everybody. Pages that take seconds are fewer, so that only a leak as large as the margin is caught."""
    return Expectation(ANONYMOUS, {outcome: Fraction(1)}, margin=leak, aspect=Aspect.PAGE, leak=leak, budget=budget)


def _notes(wait: Wait, *, without_timeout: bool) -> tuple[Message, ...]:
    notes = [Message("note.asked_twice", timeout=wait.timeout_ms / 1000, longest=wait.longest)]
    if without_timeout:
        notes.append(Message("note.no_timeout"))
    return tuple(notes)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g}s"


_OPTIONS = (
    click.Option(["--timeout"], type=WholeNumber(100, 2000, example="500"), metavar="MS", default=500),
    click.Option(["--delay"], type=WholeNumber(200, 2500, example="2000"), metavar="MS", default=2000),
    click.Option(["--no-timeout"], is_flag=True),
)


def _build(margin: Fraction, *, timeout: int, delay: int, no_timeout: bool, **_: object) -> Scenario:
    if delay < 2 * timeout:
        raise UsageError(words(Message("error.timeout_longer", timeout=str(timeout), delay=str(delay))))
    return scenario(Wait(timeout, delay), margin, without_timeout=no_timeout)


COMMAND = Command(
    name="timeouts",
    title="a time-out instead of a wait",
    example="--timeout 500 --delay 2000",
    options=_OPTIONS,
    build=_build,
)
