"""Circuit breaking as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.errors import UsageError
from scenarios.circuit_breaking import COMMAND
from scenarios.scenario import Scenario
from tests.fakes import FakePlatform

MARGIN = Fraction(5, 100)


def built(*words: str) -> Scenario:
    return COMMAND.scenario(words, MARGIN)


def test_the_yaml_as_it_stands_is_the_default() -> None:
    """In force in the step in which an instance hangs; the others differ by that fault alone."""
    well, hangs, again = built().steps

    assert baseline().overlaid(load(ISTIO / "circuit_breaking.yaml")) == hangs.state.resources
    assert well.state == again.state
    assert [False, True] == ["fixedDelay" in one.state.resources.dump() for one in (well, hangs)]


def test_how_long_an_instance_is_out_can_be_said() -> None:
    """In every step alike, or the proxies would forget whom they keep out."""
    steps = built("--out", "12").steps

    assert all("baseEjectionTime: 12s" in step.state.resources.dump() for step in steps)
    assert [12, 12, 12] == [step.ejection.seconds for step in steps if step.ejection]


def test_without_detection_the_same_is_claimed() -> None:
    """Of a state that cannot keep it."""
    assert built().expectations == built("--without-detection").expectations
    assert not any("outlierDetection" in step.state.resources.dump() for step in built("--without-detection").steps)


def test_versions_that_differ_in_their_instances_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No even split is theirs; the demo's are named."""
    with FakePlatform() as platform:
        assert COMMAND.fit(built(), platform) == built()
        more = {one: 2 if one.name == "reviews-v2" else 1 for one in BOOKINFO.workloads}
        monkeypatch.setattr(FakePlatform, "workloads", lambda _: more)

        with pytest.raises(UsageError, match="v1: 1, v2: 2, v3: 1"):
            COMMAND.fit(built(), platform)
