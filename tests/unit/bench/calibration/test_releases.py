"""The calibration of rollouts, and that ours passes it."""

from __future__ import annotations

import pytest

from bench.calibration.releases import KINDS, ReleaseRow, calibrate


def row(promoted: int, *, good: bool) -> ReleaseRow:
    return ReleaseRow("a release", good=good, runs=100, promoted=promoted, accused=100 - promoted, mean=9000, met=1)


@pytest.mark.parametrize(("promoted", "holds"), [(100, True), (97, True), (90, False), (0, False)])
def test_a_good_release_must_be_promoted(promoted: int, *, holds: bool) -> None:
    """One of 100 need not be, and some more by bad luck."""
    assert holds is row(promoted, good=True).holds


@pytest.mark.parametrize(("promoted", "holds"), [(0, True), (3, True), (10, False), (100, False)])
def test_a_bad_release_must_not_be(promoted: int, *, holds: bool) -> None:
    """The same the other way round."""
    assert holds is row(promoted, good=False).holds


@pytest.mark.exhaustive
def test_every_kind_ends_as_it_should() -> None:
    """A good one promoted, a bad one not, at the step where it is bad."""
    rows = {one.name: one for one in calibrate(2)}

    assert KINDS.keys() == rows.keys()
    assert [] == [one for one in rows.values() if one.promoted != (2 if one.good else 0)]
    assert rows["fails for 20 in 100"].mean < 1000
    assert 3000 < rows["fails for 20 in 100 after 3,000 answers"].mean < 4000
