"""Failing ratings, as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from scenarios.evidence.observation import BLACK_STARS, NO_RATINGS, NO_REVIEWS
from scenarios.fault_ratings import Fault, budget, scenario, with_fault
from scenarios.messages.message import Message

MARGIN = Fraction(5, 100)


def test_the_yaml_as_it_stands_is_the_default() -> None:
    """Everybody on v3, every call of ratings aborted."""
    assert baseline().overlaid(load(ISTIO / "fault_ratings.yaml")) == with_fault(Fault.ABORT, "v3").resources


def test_an_outage_is_a_stopped_workload_and_no_rule() -> None:
    """Nothing is injected; nobody is there."""
    state = with_fault(Fault.OUTAGE, "v3")

    assert {"ratings-v1"} == state.stopped
    assert not [resource for resource in state.resources if resource.name == "ratings" and "http" in resource.spec]


def test_a_delay_takes_the_place_of_the_abort() -> None:
    """Seven seconds, for every call."""
    (ratings,) = [r for r in with_fault(Fault.DELAY, "v3").resources.of_kind("VirtualService") if r.name == "ratings"]

    assert {"delay": {"fixedDelay": "7s", "percentage": {"value": 100}}} == ratings.spec["http"][0]["fault"]


@pytest.mark.parametrize(
    ("fault", "version", "left"),
    [
        (Fault.ABORT, "v2", NO_RATINGS),
        (Fault.ABORT, "v3", NO_RATINGS),
        (Fault.OUTAGE, "v2", NO_RATINGS),
        (Fault.OUTAGE, "v3", NO_RATINGS),
        (Fault.DELAY, "v3", NO_RATINGS),
        (Fault.DELAY, "v2", NO_REVIEWS),
    ],
)
def test_what_is_left_of_the_page_follows_the_contract(fault: Fault, version: str, left: Message) -> None:
    """Only the delay takes more than the stars, and only from v2, which waits longer for ratings than it has time."""
    assert {left: 1} == scenario(fault, version, MARGIN).steps[1].expectations[0].shares


def test_stars_come_first_and_come_back() -> None:
    """There is something to lose, and it is not lost for good."""
    first, _, last = scenario(Fault.ABORT, "v2", MARGIN).steps

    assert {BLACK_STARS: 1} == first.expectations[0].shares == last.expectations[0].shares
    assert first.state == last.state


def test_a_kept_fault_is_not_healed() -> None:
    """--keep ends on the fault, so that it can be looked at."""
    kept = scenario(Fault.ABORT, "v3", MARGIN, keep=True)

    assert 1 == kept.point == len(kept.steps) - 1


@pytest.mark.parametrize(
    ("fault", "version", "seconds"),
    [
        (Fault.ABORT, "v2", 1.0),
        (Fault.ABORT, "v3", 1.0),
        (Fault.OUTAGE, "v2", 1.0),
        (Fault.OUTAGE, "v3", 1.0),
        (Fault.DELAY, "v2", 7.0),
        (Fault.DELAY, "v3", 3.5),
    ],
)
def test_every_fault_has_the_time_budget_of_the_contract(fault: Fault, version: str, seconds: float) -> None:
    """At once, or what the page has to wait for, and a second for a busy machine."""
    assert seconds == budget(fault, version) == scenario(fault, version, MARGIN).steps[1].expectations[0].budget
