"""The next command undoes what a killed run left."""

from __future__ import annotations

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.demo.crash_recovery import restore_after_crash
from platforms.demo.journal import Journal, exclusive
from platforms.errors import NotConverged
from tests.fakes import Defects, FakePlatform

CANARY = State(baseline().overlaid(load(ISTIO / "canary.yaml")))


def test_a_killed_run_is_undone_and_told() -> None:
    """The baseline comes back, the entry is struck out, and the sentence names the run."""
    with FakePlatform() as platform:
        Journal.of(platform.key).open(who="python -m scenarios.canary", was="the baseline", will={"90,10,0": CANARY})
        platform.apply(CANARY)
        said = restore_after_crash(platform)

        assert State(baseline()) == platform.in_force
    assert said is not None
    assert "`python -m scenarios.canary`" in str(said)
    assert Journal.of(platform.key).read() is None


def test_without_an_entry_there_is_nothing_to_restore() -> None:
    """Rules that somebody applied by hand stay."""
    with FakePlatform() as platform:
        platform.apply(CANARY)

        assert restore_after_crash(platform) is None
        assert [CANARY] == platform.applied


def test_a_living_run_is_left_alone() -> None:
    """Its entry is open because it is at work."""
    with FakePlatform() as platform, exclusive(platform.key, "python -m scenarios.canary"):
        Journal.of(platform.key).open(who="python -m scenarios.canary", was="the baseline", will={})

        assert restore_after_crash(platform) is None
        assert [] == platform.applied


def test_an_entry_stays_open_until_the_baseline_has_converged() -> None:
    """A restore that fails is tried again by the next command."""
    with FakePlatform(defects=Defects(restore_fails=True)) as platform:
        Journal.of(platform.key).open(who="python -m scenarios.canary", was="the baseline", will={})
        platform.defects.restore_fails = False
        platform.apply(CANARY)
        platform.wait_until_converged(CANARY, timeout=30)
        platform.defects.restore_fails = True
        with pytest.raises(NotConverged):
            restore_after_crash(platform)

        assert Journal.of(platform.key).read() is not None
