"""Figures and their targets."""

from __future__ import annotations

import pytest

from bench.figure import Figure, Target

FASTER = Target(5, at_most=False)


@pytest.mark.parametrize(("value", "holds"), [(0.6, True), (0.61, False)])
def test_a_target_is_met_up_to_its_limit(value: float, *, holds: bool) -> None:
    """A number at the limit is good enough, the next one is not."""
    assert holds is Figure("start", value, "s", Target(0.6)).holds


@pytest.mark.parametrize(("other", "holds"), [(100.0, True), (100.1, False)])
def test_a_ratio_is_ours_over_theirs(other: float, *, holds: bool) -> None:
    """500 rps are five times 100, and not five times a little more."""
    assert holds is Figure("page", 500.0, "rps", other=other, ratio_target=FASTER).holds


@pytest.mark.parametrize("other", [None, 0.0])
def test_without_another_number_a_ratio_is_not_judged(other: float | None) -> None:
    """There is no verdict without a number to compare with."""
    assert None is Figure("page", 500.0, "rps", other=other, ratio_target=FASTER).holds
