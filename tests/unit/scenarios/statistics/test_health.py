"""What a new version is held against."""

from __future__ import annotations

from fractions import Fraction

from scenarios.statistics.binomial import ALPHA
from scenarios.statistics.health import Health, Lines, Measure


def test_a_line_is_the_percentile_of_what_came_before() -> None:
    """Of few answers the slowest, and none before the first."""
    lines = Lines()
    assert lines.at(Measure.P50) is None

    for milliseconds in (30.0, 10.0, 20.0):
        lines.add(milliseconds)

    assert (20.0, 30.0, 30.0) == tuple(map(lines.at, (Measure.P50, Measure.P95, Measure.P99_5)))


def test_all_steps_of_a_run_share_its_false_alarms() -> None:
    """In three steps with four measures each, one twelfth for each."""
    health = Health("v2", "v1", Fraction(1, 10), Fraction(1, 100), slower_ms=200, steps=3)

    assert {ALPHA / 12} == {one.alpha for one in health.comparisons.values()}
    assert Fraction(1, 100) == health.comparisons[Measure.SUCCESS].margin
    assert health.most_answers == max(one.most_answers for one in health.comparisons.values())
