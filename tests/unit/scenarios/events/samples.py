"""A run in few events, with one of each kind that a run can have."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from platforms.boundary import Convergence
from platforms.counters import Counters, Heard, Hop
from platforms.wait import wait_while
from scenarios import fault_ratings
from scenarios.events.event import (
    Accepted,
    Answered,
    Compared,
    Counted,
    Decided,
    Ejected,
    Ended,
    Event,
    Failed,
    Found,
    InForce,
    Judged,
    Kept,
    Locked,
    Noted,
    NotRestored,
    Opened,
    Over,
    Restored,
    RolledBack,
    Scaled,
    Sending,
    Sent,
    Tried,
)
from scenarios.events.recording import Recording
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import NO_RATINGS, RED_STARS, Observation
from scenarios.evidence.pair import Caller, Kind, Pair
from scenarios.evidence.recovery import Recovery
from scenarios.evidence.visits.ejection import EjectionRecord
from scenarios.evidence.visits.growth import GrowthRecord
from scenarios.messages.message import Message
from scenarios.run.run import LoadProfile, plan_steps
from scenarios.scenario import Ejection, Scaling, Scenario
from scenarios.statistics.binomial import Range
from scenarios.statistics.sequential import Decision

PAGE = {"end-user": "", "details": "shown", "reviews": "shown", "reviews-version": "v3", "ratings": "shown"}
ANSWERS = (
    Observation("", 200, 12.345678901, PAGE, number=1, at=1790000000.1234567),
    Observation("홍길동", 200, 13.0, {**PAGE, "end-user": "홍길동"}, number=0, at=1790000000.2),
    Observation("", 0, 10000.1, error="timed out\n", timed_out=True, number=0, at=1790000001.0),
    Observation("", 503, 1.0, number=2, at=1790000002.0),
)
CONVERGENCE = Convergence("0674b94", 12.25, 7)


def opened() -> Opened:
    scenario = episode()
    return Opened(
        scenario,
        plan_steps(scenario, LoadProfile(requests=4)),
        platform="local",
        key="local",
        url="http://127.0.0.1:9080/productpage",
        command="python -m scenarios.fault_ratings",
        started=datetime(2026, 11, 28, 13, 30, tzinfo=UTC),
        pid=4711,
    )


def episode() -> Scenario:
    return fault_ratings.COMMAND.build(Fraction(5, 100), keep=False, fault="abort", reviews="v3")


def of_each_kind() -> list[Event]:
    """Every kind of event, in an order that a run might have; the last ones cannot all come true of one run."""
    hop = Hop("productpage-v1", "reviews", "v3")
    return [
        opened(),
        Locked(),
        Found(Message("found.baseline")),
        Noted(Message("run.other_rule")),
        Noted("a name"),
        Accepted(0, at=1790000000.0),
        InForce(0, CONVERGENCE),
        Ejected(
            0, Ejection("v2", out=True, seconds=30.0, late_ms=2000), EjectionRecord(1790000000.0, 412.5, 3, 25, 6, 1)
        ),
        Scaled(0, Scaling("ratings-v1", 3, Fraction(3, 4), by="replicas"), GrowthRecord(1790000000.0, 912.5, 3, 25, 0)),
        Sending(0, 4),
        Answered(0, ANSWERS),
        Tried(0, Pair(Caller(Kind.PROXY, "details-v1", "details"), "ratings", (403, None), Heard(0, 1, 1))),
        Decided(
            0, 0, Decision(holds=True, answers=3, counts={RED_STARS: 2, "v1": 1}, allowed={RED_STARS: Range(2, 3)})
        ),
        Compared(0, 3),
        RolledBack(0, CONVERGENCE, 3, at=1790000001.0),
        Sent(0, 4, 1.5, 1),
        Counted(0, Counters({hop: 4}, {hop: 1}, {("productpage-v1", "reviews"): 1})),
        Counted(
            1,
            Counters(),
            pages_logged=4,
            recovery=Recovery(54.0, None, 12),
            contradiction=Message("doubt.page_unanswered", number=1, who="x", version="v1"),
            superseded="reviews-v1 does not serve 0674b94",
            instance_changes=(Message("change.gone", name="reviews-v1"),),
            calls_under_way=Message("doubt.calls_after", n=1, patience=15.0),
            sent={"ratings-v1": 3, "ratings-v1-2": 1},
            touched=(Message("change.came", name="details-v1-2"),),
        ),
        Restored(CONVERGENCE),
        Kept(),
        NotRestored(Message("error.rule_remains", scenario="canary"), "NotConverged", 3),
        Over(9.25),
        Judged(0, 0, Verdict.FAILS, "because", 4, {RED_STARS: 3, NO_RATINGS: 1}, {RED_STARS: Range(4, 4)}),
        Ended(Verdict.FAILS, ("because",), 1),
        Failed(Message("error.stopped", signal="Ctrl-C"), "Interrupted", 130),
    ]


def eventually(recording: Recording) -> Path:
    """The path of a recording, once its file is there."""
    wait_while(lambda: recording.path is None, 10.0)
    assert recording.path
    return recording.path
