"""The gate of a rollout's step."""

from __future__ import annotations

from fractions import Fraction

from platforms.boundary import State
from scenarios.events.event import Compared, Decided, Event, RolledBack
from scenarios.evidence.health import HealthTest
from scenarios.evidence.observation import Observation
from scenarios.run.gate import Gate
from scenarios.statistics.claim import Aspect, plan_claims
from scenarios.statistics.health import Health
from tests.fakes import FakePlatform
from tests.unit.scenarios.builders import expectation
from tests.unit.scenarios.evidence.test_health import BROKEN, answer

HEALTH = Health("v2", "v1", Fraction(1, 2), Fraction(20, 100), slower_ms=100, steps=1)
CLAIMS = plan_claims([expectation(v1=Fraction(1, 2), v2=Fraction(1, 2), v3=0, aspect=Aspect.ANSWERED)], [None])


def gate(platform: FakePlatform, heard: list[Event]) -> Gate:
    test = HealthTest(HEALTH, {"": CLAIMS[0].requests})
    return Gate(0, test, CLAIMS, platform, platform.in_force, heard.append)


def test_nothing_ends_before_all_is_sure() -> None:
    """The comparison is sure long before the split: requests go on until both are, and nothing is taken back."""
    heard: list[Event] = []
    with FakePlatform() as platform:
        one = gate(platform, heard)
        asked = next(number for number in range(5000) if one(answer(("v1", "v2")[number % 2], number)))

        assert [] == platform.applied
    decided, compared = heard

    assert asked >= 458
    assert isinstance(decided, Decided)
    assert decided.decision.holds
    assert Compared(0, asked + 1, at=compared.at) == compared


def test_a_version_that_is_worse_is_taken_back_while_requests_go_on() -> None:
    """Once, and everything that comes later only ends its end user's requests."""
    heard: list[Event] = []
    with FakePlatform() as platform:
        before = platform.in_force
        one = gate(platform, heard)
        for number in range(100):
            over = one(Observation("", 200, 20.0, {**BROKEN, "end-user": ""}, number=number))
        one.roll_back()

        assert over
        assert [before] == platform.applied
    _, back = heard

    assert [Compared, RolledBack] == [type(event) for event in heard]
    assert isinstance(back, RolledBack)
    assert 0 < back.answers < 100


def test_a_split_that_is_refuted_is_taken_back_too() -> None:
    """The excluded version answered once."""
    heard: list[Event] = []
    with FakePlatform() as platform:
        leaked = answer("v2", 0)
        over = gate(platform, heard)(Observation("", 200, 20.0, {**leaked.marks, "reviews-version": "v3"}, number=0))

        assert over
        assert [State(platform.in_force.resources)] == platform.applied
