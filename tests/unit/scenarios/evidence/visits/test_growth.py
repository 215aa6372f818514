"""Instances that come: who is ready, what they are sent, and that nobody else changes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from platforms.bookinfo import baseline
from platforms.boundary import Replicas, State
from scenarios.evidence.visits import growth
from scenarios.evidence.visits.growth import GrowthProbe
from scenarios.messages.catalogue import english
from scenarios.scale_out.episode import scenario
from scenarios.scenario import Scaling
from tests.fakes import FakePlatform

WANTED = Scaling("ratings-v1", 3, Fraction(3, 4), by="replicas")
_, MORE = scenario("ratings", 3).steps
GROWN = replace(MORE.state, scaled=(Replicas("ratings-v1", 3),))


def test_instances_come_and_are_called() -> None:
    """Visitors see whole pages meanwhile; each instance's calls are counted from where it is asked for."""
    with FakePlatform(lag=0.0, work=0.0) as platform:
        with GrowthProbe(platform, WANTED) as probe:
            platform.apply(GROWN)
        probe.count_from_here()
        for _ in range(6):
            platform.page("")

        assert (3, 0) == (probe.record.ready, probe.record.lacking)
        assert probe.record.at is not None
        assert 6 == sum(probe.sent().values())
        assert ["ratings-v1", "ratings-v1-2", "ratings-v1-3"] == list(probe.sent())
        assert () == probe.touched()


def test_who_else_changes_is_named() -> None:
    """An instance of another workload that was replaced, or that came."""
    with FakePlatform(lag=0.0, work=0.0) as platform:
        with GrowthProbe(platform, replace(WANTED, workload="details-v1", instances=1)) as probe:
            platform.apply(GROWN)
            platform.defects.replaced_after = 1
            platform.page("")

        assert ["reviews-v1 was replaced (first; now second)", "ratings-v1-2 came", "ratings-v1-3 came"] == [
            english(one) for one in probe.touched()
        ]


def test_instances_that_do_not_come_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while; what is there is told."""
    monkeypatch.setattr(growth, "PATIENCE", {"replicas": 0.2})
    with FakePlatform(lag=0.0) as platform:
        with GrowthProbe(platform, WANTED) as probe:
            platform.apply(State(baseline()))

        assert (None, None, 1) == (probe.record.at, probe.record.after_ms, probe.record.ready)
