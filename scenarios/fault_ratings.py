"""Episode 1: ratings fail. The page, the details and the review texts stay; only the stars go, and come back."""

from __future__ import annotations

import sys
from enum import Enum
from fractions import Fraction

import click

from platforms.boundary import State
from platforms.istio.resources import ISTIO, ResourceSet, baseline, load
from scenarios.enduser import ANONYMOUS
from scenarios.evidence.observation import NO_RATINGS, NO_REVIEWS
from scenarios.messages.message import Message
from scenarios.patch import select, with_value
from scenarios.run.cli import Command, main
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Expectation, Looks
from scenarios.versions import STARS

DELAY_SECONDS = 7
_GIVEN_UP_SECONDS = 8
"""productpage waits 3 s for reviews, twice; the rest is for a machine that has other things to do as well."""
_BUSY_SECONDS = 1
"""What a page may take on top of what it has to wait for, on a machine that has other things to do as well."""
_SLOW_PAGE_USERS = 16
"""How many pages are requested at the same time if each takes seconds."""


class Fault(Enum):
    """How ratings fail."""

    ABORT = "abort"
    DELAY = "delay"
    OUTAGE = "outage"


TITLES = {
    Fault.ABORT: Message("step.ratings_abort"),
    Fault.DELAY: Message("step.ratings_late", delay=DELAY_SECONDS),
    Fault.OUTAGE: Message("step.ratings_gone"),
}


def stars(version: str) -> ResourceSet:
    """Everybody sees this version of reviews, so that there are stars to lose."""
    rules = select(load(ISTIO / "fault_ratings.yaml"), "reviews")
    return with_value(rules, "reviews", ("http", 0, "route", 0, "destination", "subset"), version)


def broken(fault: Fault, version: str) -> State:
    """The same, and ratings fail."""
    ratings = select(load(ISTIO / "fault_ratings.yaml"), "ratings")
    fine = baseline().overlaid(stars(version))
    match fault:
        case Fault.ABORT:
            return State(fine.overlaid(ratings))
        case Fault.DELAY:
            delay = {"delay": {"fixedDelay": f"{DELAY_SECONDS}s", "percentage": {"value": 100}}}
            return State(fine.overlaid(with_value(ratings, "ratings", ("http", 0, "fault"), delay)))
        case Fault.OUTAGE:
            return State(fine, stopped=frozenset({"ratings-v1"}))


def left_over(fault: Fault, version: str) -> Message:
    """What is left of the page.

    reviews v2 waits 10 s for ratings, longer than productpage waits for reviews: under a delay of 7 s it takes the
    reviews down with it. v3 gives up after 2.5 s and shows the reviews without stars.
    """
    return NO_REVIEWS if (fault, version) == (Fault.DELAY, "v2") else NO_RATINGS


def budget(fault: Fault, version: str) -> float:
    """The seconds within which 95 of 100 pages must come although ratings fail: what is waited for, and 1 s.

    Nobody waits for ratings that refuse or are gone. For late ones, reviews v3 waits 2.5 s; v2 would wait 10 s, but
    productpage gives reviews 3 s, twice.
    """
    waits = {"v2": 6.0, "v3": 2.5}[version] if fault is Fault.DELAY else 0.0
    return waits + _BUSY_SECONDS


def scenario(fault: Fault, version: str, margin: Fraction, *, keep: bool = False) -> Scenario:
    """Stars, then the fault, then stars again; a fault to be kept is not healed."""
    fine = State(baseline().overlaid(stars(version)))
    # Stars within less than the delay are none that waited for late ratings.
    lit = _always(STARS[version], margin)
    slow = fault is Fault.DELAY
    hidden = left_over(fault, version) == NO_REVIEWS
    steps = (
        Step(Message("step.stars_there"), fine, (lit,), ratings=True),
        Step(
            TITLES[fault],
            broken(fault, version),
            (_always(left_over(fault, version), margin, budget=budget(fault, version), slow=slow),),
            ratings=None if hidden else False,
            users=_SLOW_PAGE_USERS if slow else 8,
        ),
        Step(Message("step.ratings_back"), fine, (lit,), ratings=True),
    )
    return Scenario(
        name="fault_ratings",
        title=Message("title.fault", fault=Message(f"fault.{fault.value}"), version=version),
        steps=steps[:2] if keep else steps,
        point=1,
        healed=None if keep else 2,
        outcomes={},
        notes=_notes(fault, version, keep=keep),
    )


def _always(outcome: Message, margin: Fraction, *, budget: float | None = None, slow: bool = False) -> Expectation:
    """Everybody sees it, sooner than late ratings, or productpage's own patience with reviews, would have come.

    A page that takes seconds is asked for less often, so only a larger leak is sure to be caught.
    """
    leak = min(2 * margin, Fraction(1, 2)) if slow else min(margin, Fraction(1, 100))
    within = _GIVEN_UP_SECONDS if outcome == NO_REVIEWS else DELAY_SECONDS
    return Expectation(
        ANONYMOUS, {outcome: Fraction(1)}, margin=margin, looks=Looks.PAGE, leak=leak, within=within, budget=budget
    )


def _notes(fault: Fault, version: str, *, keep: bool) -> tuple[Message, ...]:
    notes = []
    if left_over(fault, version) == NO_REVIEWS:
        notes.append(Message("note.no_reviews"))
    if keep:
        notes.append(Message("note.kept_fault"))
    return tuple(notes)


_OPTIONS = (
    click.Option(
        ["--fault"],
        type=click.Choice([fault.value for fault in Fault]),
        default=Fault.ABORT.value,
        help="abort: every call ends in 500 (default); delay: it takes 7 s; outage: no instance runs",
    ),
    click.Option(
        ["--reviews"],
        type=click.Choice(tuple(STARS)),
        default="v3",
        help="who shows the stars: v3 red (default), v2 black",
    ),
)


def _build(margin: Fraction, *, fault: str, reviews: str, keep: bool) -> Scenario:
    return scenario(Fault(fault), reviews, margin, keep=keep)


COMMAND = Command(
    name="fault_ratings",
    title="the ratings service fails",
    summary="Ratings fail: the page, the details and the review texts stay, only the stars go, and come back.",
    example="--fault abort",
    options=_OPTIONS,
    build=_build,
)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
