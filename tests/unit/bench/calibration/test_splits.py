"""The calibration, and that our verdicts pass it."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from bench.calibration.splits import RUNS, CalibrationRow, SimulationResult, calibrate, claims, detection_rate
from scenarios.statistics.binomial import ALPHA


def row(fails: int, *, wrong: str = "", runs: int = 1000) -> CalibrationRow:
    return CalibrationRow(
        "canary",
        wrong,
        most=1785,
        fixed_sample_size=1552,
        wald_bound=458,
        tried=SimulationResult(runs, fails, mean=600, thumb=0),
    )


@pytest.mark.parametrize(("fails", "holds"), [(0, True), (3, True), (4, False), (1000, False)])
def test_more_false_alarms_than_chance_explains_are_a_broken_promise(fails: int, *, holds: bool) -> None:
    """Three in 1,000 may be bad luck at 1 in 4,000; four are not."""
    assert holds is row(fails).holds


@pytest.mark.parametrize(("fails", "holds"), [(1000, True), (985, True), (970, False), (0, False)])
def test_more_missed_meshes_than_chance_explains_are_a_broken_promise(fails: int, *, holds: bool) -> None:
    """Ten of 1,000 may pass, and some more by bad luck; thirty may not."""
    assert holds is row(fails, wrong="leak of 1 %").holds


def test_the_limit_says_what_so_many_runs_can_exclude() -> None:
    """No failure in 1,000 runs excludes more than 3 in 1,000, and all caught excludes fewer than 997: the rule of three."""
    assert 0.003 == pytest.approx(row(0).limit, abs=1e-4)
    assert 0.997 == pytest.approx(row(1000, wrong="leak").limit, abs=1e-4)


def test_a_judge_that_is_wrong_twice_in_a_thousand_is_seen() -> None:
    """In nine of ten calibrations, where one that keeps its promise is called wrong in one of 1,000."""
    most = max(fails for fails in range(100) if row(fails, runs=RUNS).holds)

    assert 0.9 <= binom.sf(most, RUNS, 0.002) == pytest.approx(detection_rate(RUNS))
    assert binom.sf(most, RUNS, ALPHA) <= 0.001
    assert detection_rate(1000) < 0.2


def test_every_promise_is_kept() -> None:
    """Of every claim of the scenarios: false alarms, what is caught, and the requests it takes."""
    rows = list(calibrate(100))

    assert [] == [(row.claim, row.wrong, row.tried) for row in rows if not row.holds]
    first = rows[0]
    assert first.tried.mean <= 1.5 * first.wald_bound
    assert all(row.tried.mean <= row.most for row in rows)
    assert len(list(claims())) == sum(not row.wrong for row in rows)


def test_the_rule_of_thumb_misses_what_we_catch() -> None:
    """Of 100 requests, each count off by 10: blind to a leak of 1 in 100 and to 5 points."""
    leak = next(row for row in calibrate(200) if row.claim == "canary: 90,10,0" and "leak" in row.wrong)

    assert leak.tried.thumb < leak.tried.fails
