"""The live counts: every answer once, under the rule under which it was begun, with an interval."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.evidence.observation import Observation
from stage.live import counts as module
from stage.live.counts import AnswerCounts, outcome_of

STARS = {"v1": {"ratings": "not-asked"}, "v2": {"star-color": "black"}, "v3": {"star-color": "red"}}
ASKED: Mapping[str, float | None] = {"v1": 0.9, "v2": 0.1, "v3": 0.0}
START = 1_000_000.0


def marks(version: str, **others: str) -> dict[str, str]:
    whole = {"end-user": "", "details": "shown", "reviews": "shown", "ratings": "shown"}
    counted = {"review-count": "2", "rated-count": "2", "reviews-version": version}
    return {**whole, **counted, **STARS[version], **others}


def page(version: str, at: float, ms: float = 10.0, **others: str) -> Observation:
    return Observation("", 200, ms, marks(version, **others), at=at)


def failure(at: float, ms: float = 10.0) -> Observation:
    return Observation("opennaru", 503, ms, at=at)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (page("v1", START), ("v1", "whole")),
        (page("v2", START), ("v2", "whole")),
        (page("v3", START, ratings="unavailable"), ("v3", "no_stars")),
        (page("v3", START, **{"star-color": "black"}), ("v3", "failed")),
        (page("v2", START, details="unavailable"), ("v2", "failed")),
        (page("v1", START, reviews="unavailable", **{"reviews-version": ""}), ("", "failed")),
        (page("v1", START, **{"reviews-version": "<img src=x>"}), ("", "failed")),
        (failure(START), ("", "failed")),
        (Observation("somebody", 200, 1.0, marks("v1")), ("", "failed")),
    ],
)
def test_an_answer_is_what_it_shows(seen: Observation, outcome: tuple[str, str]) -> None:
    """Only the stars may be missing; a page for another user, or of no known version, has failed."""
    assert outcome == outcome_of(seen)


def test_shares_have_intervals(clock: Clock) -> None:
    """Of the answers with a version; what failed counts against success."""
    counts = AnswerCounts(clock)
    counts.count_from(round(START * 1000), ASKED)
    for number in range(100):
        counts.add(page("v2" if number < 10 else "v1", START + 1 + number / 25))
    counts.add(failure(START + 5))
    clock.now = START + 5
    view = counts.view("running", 25)

    assert (101, 1, 100 / 101) == (view.answers, view.failed, view.whole.success)
    v1, v2, v3 = view.versions.values()
    assert (0.9, 90, 0.9, 1.0) == (v1.asked, v1.answers, v1.share, v1.success)
    assert v2.low is not None
    assert v2.high is not None
    assert v2.low < 0.1 < v2.high
    assert (0.0, 0, 0.0, 0.0, None) == (v3.asked, v3.answers, v3.share, v3.rps, v3.success)
    assert v1.rps == pytest.approx(90 / 5)
    assert view.whole.rps == pytest.approx(101 / 5)


def test_nothing_is_shown_before_there_is_anything(clock: Clock) -> None:
    """No share of nothing, and no rate over no time."""
    view = AnswerCounts(clock).view("running", 15)

    assert view.whole == module.WholeView(None, None)
    for version in view.versions.values():
        assert (None, None, None, None, None, None) == (
            version.asked,
            version.share,
            version.low,
            version.high,
            version.rps,
            version.success,
        )


def test_a_rate_is_of_late(clock: Clock) -> None:
    """Traffic that is paused has none soon."""
    counts = AnswerCounts(clock)
    for number in range(100):
        counts.add(page("v1", START + number / 10))
    clock.now = START + 10
    assert counts.view("running", 10).versions["v1"].rps == pytest.approx(10, abs=0.3)
    clock.now = START + 16
    assert 0 == counts.view("paused", 10).versions["v1"].rps


def test_an_answer_begun_under_another_rule_does_not_count(clock: Clock) -> None:
    """Nor does one count twice that arrived between the rule and the word of it; all of them are dots."""
    counts = AnswerCounts(clock)
    counts.add(page("v1", START + 1.0))
    counts.add(page("v1", START + 2.1, ms=200))
    counts.add(page("v2", START + 2.1, ms=50))
    counts.count_from(round((START + 2) * 1000), ASKED)
    counts.add(page("v1", START + 2.2, ms=300))
    counts.add(page("v3", START + 2.2, ms=200))
    view = counts.view("running", 15)

    assert [0, 1, 1] == [version.answers for version in view.versions.values()]
    assert 2 == view.answers
    assert 5 == len(counts.dots(0)[1])


@given(st.lists(st.integers(0, 12), max_size=12))
def test_every_browser_gets_every_dot_once(takes: list[int]) -> None:
    """However often it asks, as far as answers are kept."""
    counts, after, got = AnswerCounts(Clock()), 0, []
    for take in takes:
        for number in range(take):
            counts.add(page("v1", START + len(got) + number))
        after, fresh = counts.dots(after)
        assert len(fresh) == take
        got += fresh

    assert sum(takes) == len(got) == after


def test_nothing_grows(clock: Clock) -> None:
    """Of many answers the last are kept, and all are counted; a browser that was away for long gets what is kept."""
    counts = AnswerCounts(clock)
    for number in range(20_000):
        counts.add(page("v1", START + 1 + number / 1000))

    assert (20_000, module._KEPT) == (counts.dots(0)[0], len(counts.dots(0)[1]))
    assert 20_000 == counts.view("running", 50).answers
    assert ((20_000, ())) == counts.dots(20_000)
    assert ((20_000, ())) == counts.dots(30_000)
