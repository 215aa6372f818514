"""Scaling out as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.boundary import Replicas
from platforms.errors import UsageError
from scenarios.scale_out import COMMAND
from scenarios.scale_out.episode import WORK_MS
from scenarios.scenario import Scenario
from tests.fakes import FakePlatform, FakeScaler

MARGIN = Fraction(5, 100)


def built(*words: str) -> Scenario:
    return COMMAND.scenario(words, MARGIN)


def fitted(*words: str) -> Scenario:
    with FakePlatform() as platform:
        return COMMAND.fit(built(*words), platform)


def test_the_yaml_as_it_stands_is_in_force_in_both_steps() -> None:
    """They differ by the instances alone, and the same is claimed of the pages of both."""
    usual, more = fitted("--instances", "4").steps

    assert baseline().overlaid(load(ISTIO / "scale_out.yaml")) == usual.state.resources == more.state.resources
    assert ((), (Replicas("ratings-v1", 4),)) == (usual.state.scaled, more.state.scaled)
    assert usual.expectations == more.expectations
    assert more.scaling
    assert (4, "replicas") == (more.scaling.instances, more.scaling.by)


def test_a_talk_shows_the_usual_instances_first() -> None:
    """More of them come with the proof alone, so no step before it may be called after them."""
    scenario = built()

    assert scenario.steps[0] == scenario.shown


def test_without_scaling_the_same_is_claimed() -> None:
    """Of a state that cannot keep it: its instances are the usual ones."""
    usual, more = fitted("--without-scaling").steps

    assert usual.state == more.state
    assert more.scaling
    assert (1, Fraction(3, 4)) == (more.scaling.instances, more.scaling.quicker)


def test_how_long_the_queue_is_follows_from_the_rule() -> None:
    """Eight visitors before one instance that has the file's work with each."""
    usual, more = fitted().steps

    assert more.scaling
    assert usual.users * WORK_MS == more.scaling.queue_ms
    assert f'work-ms: "{WORK_MS}"' in usual.state.resources.dump().replace("'", '"')


def test_an_autoscaler_is_asked_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is not told of the load, or replicas are asked for."""
    monkeypatch.setattr(FakeScaler, "has_autoscaler", True)
    with pytest.raises(UsageError, match="this cluster has no metrics server"):
        fitted()
    assert (Replicas("ratings-v1", 3),) == fitted("--by", "replicas").steps[1].state.scaled

    monkeypatch.setattr(FakeScaler, "knows_load", lambda _: True)

    assert (Replicas("ratings-v1", 3, under_load=True),) == fitted().steps[1].state.scaled


def test_what_a_demo_cannot_do_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is changed, with what to do instead."""
    with pytest.raises(UsageError, match="--by hpa: platform local has no autoscaler"):
        fitted("--by", "hpa")
    monkeypatch.setattr(FakePlatform, "workloads", lambda _: dict.fromkeys(BOOKINFO.workloads, 2))
    with pytest.raises(UsageError, match="ratings-v1 has 2 instances as usual; give 4 or more"):
        fitted()
    monkeypatch.setattr(FakePlatform, "scaler", None)
    with pytest.raises(UsageError, match="the number of instances is fixed"):
        fitted()
