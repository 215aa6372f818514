"""The rollout as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.errors import UsageError
from scenarios.release.upgrade import CONTROL
from scenarios.rollout import COMMAND
from scenarios.run.run import LoadProfile, plan_steps

MARGIN = Fraction(5, 100)


def test_every_step_compares_and_none_may_leak() -> None:
    """By weight both versions are drawn; in the last step the control visitor asks the old one, as often as all others."""
    scenario = COMMAND.scenario([], MARGIN)
    first, second, last = scenario.steps

    assert [Fraction(1, 10), Fraction(1, 2), Fraction(1, 2)] == [
        one.health.share for one in (first, second, last) if one.health
    ]
    assert all(0 == one.shares["v3"] for one in scenario.expectations)
    assert [1, 1, 1, 3] == [one.part for one in last.expectations]
    assert (CONTROL, 1) == (last.expectations[3].end_user, last.expectations[3].shares["v1"])
    assert {1} == {one.shares["v2"] for one in last.expectations[:3]}


def test_a_step_asks_as_often_as_its_comparison_takes() -> None:
    """Each end user by their part; a given number of requests stays that number."""
    scenario = COMMAND.scenario(["--steps", "100"], MARGIN)
    ((*others, control),) = plan_steps(scenario, LoadProfile())
    given = plan_steps(scenario, LoadProfile(requests=50))

    assert scenario.steps[0].health
    assert control.requests >= scenario.steps[0].health.most_answers / 2
    assert {control.requests / 3} == {one.requests for one in others}
    assert {50} == {claim.requests for step in given for claim in step}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "v1"],
        ["--to", "v4"],
        ["--from", ""],
        ["--visitors", CONTROL],
        ["--visitors", "a,a"],
        ["--visitors", "a,b,c,d,e,f,g"],
        ["--visitors", "a,,b"],
        ["--break", "v3=errors:20%"],
        ["--break", "v2=errors:20%|from:51%", "--steps", "10,50"],
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(arguments: list[str]) -> None:
    """Before anything is planned."""
    with pytest.raises(UsageError) as refused:
        COMMAND.scenario(arguments, MARGIN)

    assert 1 == len(str(refused.value).splitlines())


def test_a_release_that_breaks_late_is_well_before() -> None:
    """The rule that breaks it is in force from that step on, and in what the rollout goes back to."""
    scenario = COMMAND.scenario(["--break", "v2=errors:20%|from:100%"], MARGIN)

    assert scenario.fallback
    assert [False, False, True, True] == [
        "httpStatus" in state.resources.dump()
        for state in (*(step.state for step in scenario.steps), scenario.fallback)
    ]


@pytest.mark.parametrize(("user", "told"), [("opennaru", False), ("jason", True)])
def test_what_no_visitor_can_see_is_said(user: str, *, told: bool) -> None:
    """A release that is broken for somebody else is promoted, and nobody is to wonder why."""
    notes = COMMAND.scenario(["--break", f"v2=errors:20%|user:{user}"], MARGIN).notes

    assert told == ("broken_unseen" in str(notes))
