"""Episode 1: ratings fail. The page, the details and the review texts stay; only the stars go, and come back."""

from __future__ import annotations

import sys
from enum import Enum
from fractions import Fraction

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS
from scenarios.evidence.observation import NO_RATINGS, NO_REVIEWS
from scenarios.messages.message import Message
from scenarios.patch import select, with_value
from scenarios.run.cli import Command, main
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.versions import STARS

DELAY_SECONDS = 7
_GIVEN_UP_SECONDS = 8
"""productpage waits 3 s for reviews, twice; the rest allows for a busy machine."""
_BUSY_SECONDS = 1
"""The time of a page beyond its waits, on a busy machine."""
_SLOW_PAGE_USERS = 16
"""How many pages are requested at the same time if each takes seconds."""


class Fault(Enum):
    """The fault of ratings."""

    ABORT = "abort"
    DELAY = "delay"
    OUTAGE = "outage"


TITLES = {
    Fault.ABORT: Message("step.ratings_abort"),
    Fault.DELAY: Message("step.ratings_late", delay=DELAY_SECONDS),
    Fault.OUTAGE: Message("step.ratings_gone"),
}


def stars(version: str) -> ResourceSet:
    """Return rules that show everybody this version of reviews, so that there are stars to lose."""
    rules = select(load(ISTIO / "fault_ratings.yaml"), "reviews")
    return with_value(rules, "reviews", ("http", 0, "route", 0, "destination", "subset"), version)


def with_fault(fault: Fault, version: str) -> State:
    """Return the state with this version of reviews and with the fault."""
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


def outcome_of_fault(fault: Fault, version: str) -> Message:
    """Return the outcome of a page under the fault.

    reviews v2 waits 10 s for ratings, longer than productpage waits for reviews: under a delay of 7 s it takes the
    reviews down with it. v3 gives up after 2.5 s and shows the reviews without stars.
    """
    return NO_REVIEWS if (fault, version) == (Fault.DELAY, "v2") else NO_RATINGS


def budget(fault: Fault, version: str) -> float:
    """Return the seconds within which 95 of 100 pages must come under the fault: the time-outs on the way, and 1 s.

    There is no wait for ratings that refuse or are gone. For late ones, reviews v3 waits 2.5 s; v2 would wait 10 s, but
    productpage gives reviews 3 s, twice.
    """
    waits = {"v2": 6.0, "v3": 2.5}[version] if fault is Fault.DELAY else 0.0
    return waits + _BUSY_SECONDS


def scenario(fault: Fault, version: str, margin: Fraction, *, keep: bool = False) -> Scenario:
    """Build the steps: stars, then the fault, then stars again; a fault to be kept is not lifted."""
    fine = State(baseline().overlaid(stars(version)))
    # Stars that come within less than the delay did not wait for late ratings.
    lit = _always(STARS[version], margin)
    slow = fault is Fault.DELAY
    hidden = outcome_of_fault(fault, version) == NO_REVIEWS
    steps = (
        Step(Message("step.stars_there"), fine, (lit,), ratings=True),
        Step(
            TITLES[fault],
            with_fault(fault, version),
            (_always(outcome_of_fault(fault, version), margin, budget=budget(fault, version), slow=slow),),
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
    """Expect one outcome for everybody, sooner than late ratings or productpage's time-out for reviews would allow.

    A page that takes seconds is requested less often, so that only a larger leak is caught.
    """
    leak = min(2 * margin, Fraction(1, 2)) if slow else min(margin, Fraction(1, 100))
    within = _GIVEN_UP_SECONDS if outcome == NO_REVIEWS else DELAY_SECONDS
    return Expectation(
        ANONYMOUS, {outcome: Fraction(1)}, margin=margin, aspect=Aspect.PAGE, leak=leak, within=within, budget=budget
    )


def _notes(fault: Fault, version: str, *, keep: bool) -> tuple[Message, ...]:
    notes = []
    if outcome_of_fault(fault, version) == NO_REVIEWS:
        notes.append(Message("note.no_reviews"))
    if keep:
        notes.append(Message("note.kept_fault"))
    return tuple(notes)


_OPTIONS = (
    click.Option(
        ["--fault"],
        type=click.Choice([fault.value for fault in Fault]),
        default=Fault.ABORT.value,
    ),
    click.Option(
        ["--reviews"],
        type=click.Choice(tuple(STARS)),
        default="v3",
    ),
)


def _build(margin: Fraction, *, fault: str, reviews: str, keep: bool) -> Scenario:
    return scenario(Fault(fault), reviews, margin, keep=keep)


COMMAND = Command(
    name="fault_ratings",
    title="the ratings service fails",
    example="--fault abort",
    options=_OPTIONS,
    build=_build,
)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
