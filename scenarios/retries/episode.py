"""The steps of the retries: stars, then flaky stars, then stars again, although ratings are as flaky as before."""

from __future__ import annotations

import math
from fractions import Fraction

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.cli.command_line import WholeNumber
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS
from scenarios.evidence.observation import NO_RATINGS, RED_STARS
from scenarios.messages.message import Message, Text
from scenarios.patch import select, with_value, without
from scenarios.run.cli import Command
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.statistics.counting import CallKind, Counting

_TRY_SECONDS = 0.6
"""The time of a try that hangs, as the file has it, and of the pause before the next."""
_BUSY_SECONDS = 1
"""The time of a page beyond its waits, on a busy machine."""
_SLOW_PAGE_USERS = 16
"""How many pages are requested at the same time if some take seconds."""
_SELDOM = 0.01
"""The share of the pages whose tries the time budget need not have room for."""
_MOST_PERCENT = 30
"""Of more, some call would hang six times, and then six times more for productpage's second question."""
_ALL = 100


def rule(percent: int) -> ResourceSet:
    """Return `istio/retries.yaml` with this percentage of calls that hang."""
    path = ("http", 0, "fault", "delay", "percentage", "value")
    return with_value(load(ISTIO / "retries.yaml"), "ratings", path, percent)


def budget(percent: int) -> float:
    """Return the seconds within which 95 of 100 pages must come: the tries that hang on the way, and 1 s."""
    tries = math.ceil(math.log(_SELDOM) / math.log(percent / _ALL)) - 1
    return tries * _TRY_SECONDS + _BUSY_SECONDS


def scenario(percent: int, margin: Fraction, *, without_retries: bool = False) -> Scenario:
    """Build the steps; `without_retries` is what must FAIL."""
    bare = without(rule(percent), "reviews", ("http", 0, "retries"))
    share = Fraction(percent, _ALL)
    flaky = State(baseline().overlaid(bare))
    coarser = min(2 * margin, Fraction(1, 2))
    """Of shares that only support the claim that every page is whole."""
    return Scenario(
        name="retries",
        title=Message("title.retries", percent=percent),
        steps=(
            Step(
                Message("step.stars_there"),
                State(baseline().overlaid(select(bare, "reviews"))),
                (_expect({RED_STARS: Fraction(1)}, margin),),
                ratings=True,
            ),
            Step(
                Message("step.ratings_hang", percent=percent),
                flaky,
                (_expect({RED_STARS: 1 - share, NO_RATINGS: share}, coarser),),
                ratings=True,
                users=_SLOW_PAGE_USERS,
            ),
            Step(
                Message("step.retried"),
                flaky if without_retries else State(baseline().overlaid(rule(percent))),
                (_expect({RED_STARS: Fraction(1)}, margin, budget=budget(percent)),),
                ratings=True,
                users=_SLOW_PAGE_USERS,
                counting=Counting(CallKind.RESCUED, "productpage-v1", "reviews", "v3", share, coarser),
            ),
        ),
        point=2,
        outcomes={},
        notes=_notes(without_retries=without_retries),
    )


def _expect(shares: dict[Text, Fraction], margin: Fraction, *, budget: float | None = None) -> Expectation:
    leak = min(margin, Fraction(1, _ALL))
    return Expectation(ANONYMOUS, shares, margin=margin, aspect=Aspect.PAGE, leak=leak, budget=budget)


def _notes(*, without_retries: bool) -> tuple[Message, ...]:
    notes = [Message("note.retried")]
    if without_retries:
        notes.append(Message("note.no_retries"))
    return tuple(notes)


_OPTIONS = (
    click.Option(["--percent"], type=WholeNumber(1, _MOST_PERCENT, example="20"), default=20, metavar="PERCENT"),
    click.Option(["--no-retries"], is_flag=True),
)


def _build(margin: Fraction, *, percent: int, no_retries: bool, **_: object) -> Scenario:
    return scenario(percent, margin, without_retries=no_retries)


COMMAND = Command(
    name="retries",
    title="flaky ratings, hidden by retries",
    example="--percent 20",
    options=_OPTIONS,
    build=_build,
)
