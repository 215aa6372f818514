"""The staircase of a rollout, as its events tell it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from platforms.boundary import Convergence
from scenarios import rollout
from scenarios.events.event import Accepted, Answered, Ended, Event, InForce, Opened, RolledBack, Sent
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import Observation
from scenarios.run.run import LoadProfile, plan_steps
from stage.recordings import stairs
from stage.recordings.stairs import Stairs
from tests.unit.scenarios.events.samples import opened
from tests.unit.stage.recorded import canary_run

SERVED = Convergence("0674b94", 12.25, 7)


def begun() -> Opened:
    scenario = rollout.COMMAND.scenario(["--steps", "10,100"], Fraction(5, 100))
    return replace(opened(), scenario=scenario, claims=plan_steps(scenario, LoadProfile(requests=4)))


def seen(*versions: str) -> Answered:
    return Answered(0, tuple(Observation("", 200, 1.0, {"reviews-version": one}, number=0, at=1.0) for one in versions))


def told(*events: Event) -> Stairs:
    found: Stairs = ()
    for event in events:
        found = stairs.after(found, event, begun())
    return found


STEP = (Accepted(0, at=10.0), InForce(0, SERVED, at=11.0), seen("v1", "v1", "v2"), Sent(0, 3, 1.0, 0, at=15.0))


def test_a_step_that_was_followed_by_another_holds() -> None:
    """Its pages are counted by version; a step lasts until the next one is put in force."""
    first, last = (one.view() for one in told(*STEP, Accepted(1, at=20.0), InForce(1, SERVED, at=21.0), seen("v2")))

    assert (0.1, 11_000, 20_000, "HOLDS") == (first.share, first.began_ms, first.ended_ms, first.verdict)
    assert {"v1": 2, "v2": 1} == first.answers
    assert (1.0, 21_000, 0, "", {"v2": 1}) == (last.share, last.began_ms, last.ended_ms, last.verdict, last.answers)


def test_a_step_that_was_taken_back_has_the_verdict_of_the_run() -> None:
    """Which is known when the run has ended; that it was taken back, at once."""
    before = told(*STEP[:3], RolledBack(0, SERVED, 3, at=14.0))
    after = stairs.after(before, Ended(Verdict.INCONCLUSIVE, (), 4), begun())

    assert [(14_000, "", True)] == [
        (one.ended_ms, one.verdict, one.rolled_back) for one in map(stairs.Stair.view, before)
    ]
    assert ["INCONCLUSIVE"] == [one.verdict for one in after]


def test_what_is_no_rollout_has_none() -> None:
    found: Stairs = ()
    first, *events = canary_run()
    assert isinstance(first, Opened)
    for event in events:
        found = stairs.after(found, event, first)

    assert () == found
