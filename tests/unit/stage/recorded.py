"""A canary run as a recording has it: thirteen seconds, ten answers in each step."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from platforms.boundary import Convergence
from platforms.counters import Counters, Hop
from scenarios import canary
from scenarios.events.event import (
    Accepted,
    Answered,
    Counted,
    Ended,
    Event,
    InForce,
    Locked,
    Opened,
    Over,
    Restored,
    Sending,
    Sent,
)
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import Observation
from scenarios.run.run import LoadProfile, plan_steps

BEGIN = 1_790_000_000.0
STEP_SECONDS = 6.0
VERSIONS = (("v1", "v2", "v3", "v1", "v2", "v3", "v1", "v2", "v3", "v1"), ("v1",) * 9 + ("v2",))
_STARS = {"v1": ("not-asked", "", "0"), "v2": ("shown", "black", "2"), "v3": ("shown", "red", "2")}


def seen(version: str, at: float) -> Observation:
    """A whole page of this version."""
    ratings, colour, rated = _STARS[version]
    marks = {"end-user": "", "details": "shown", "reviews": "shown", "review-count": "2", "rated-count": rated}
    return Observation(
        "", 200, 20.0, {**marks, "reviews-version": version, "ratings": ratings, "star-color": colour}, at=at
    )


def _hop(version: str) -> Hop:
    return Hop("productpage-v1", "reviews", version)


def canary_run() -> list[Event]:
    scenario = canary.scenario(canary.Weights.parse("90,10,0"), Fraction(5, 100))
    opened = Opened(
        scenario,
        plan_steps(scenario, LoadProfile(requests=10)),
        platform="local",
        key="local",
        url="http://127.0.0.1:9080/productpage",
        command="python -m scenarios.canary --weights 90,10,0",
        started=datetime(2026, 11, 28, 13, 30, tzinfo=UTC),
        pid=4711,
        at=BEGIN,
    )
    events: list[Event] = [opened, Locked(at=BEGIN)]
    for step, versions in enumerate(VERSIONS):
        begin = BEGIN + 0.5 + step * STEP_SECONDS
        answers = tuple(seen(version, begin + 1 + 0.25 * number) for number, version in enumerate(versions))
        events += [
            Accepted(step, at=begin),
            InForce(step, Convergence(f"{step}" * 7, 12.5, 7), at=begin + 0.5),
            Sending(step, 10, at=begin + 0.75),
            Answered(step, answers, at=begin + 4),
            Sent(step, 10, 4.0, 0, at=begin + 4),
            Counted(step, Counters({_hop(version): versions.count(version) for version in _STARS}), at=begin + 5),
        ]
    return [
        *events,
        Restored(Convergence("0" * 7, 10.0, 7), at=BEGIN + 12.5),
        Over(13.0, at=BEGIN + 13),
        Ended(Verdict.HOLDS, (), 0, at=BEGIN + 13),
    ]
