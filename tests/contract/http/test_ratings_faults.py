"""What a visitor sees while ratings fail or dawdle, alone and behind a mesh: C47 to C50, C52."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.standalone import StandaloneServices
from tests.contract.http.harness import page
from tests.contract.http.harness.faults import END_USER, FaultyRatings
from tests.contract.http.harness.visitor import SLACK, Visitor
from tests.contract.http.test_api import TEXTS

Visit = Callable[[str], Visitor]


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_c47_ratings_that_fail_cost_only_the_stars(faulty_ratings: FaultyRatings, visit: Visit, version: str) -> None:
    """C47: while ratings answer 500 to jason, he reads the reviews without stars; everybody else has theirs."""
    with faulty_ratings.aborted(version, 500) as front:
        signed_in, anonymous = visit(front), visit(front)
        signed_in.sign_in(END_USER)
        his, theirs = signed_in.page(), anonymous.page()

    assert (2, 0) == (his.source.count(page.NO_RATINGS), his.star_lines)
    assert all(text in his.text for text in TEXTS.values())
    assert (0, 9) == (theirs.source.count(page.NO_RATINGS), theirs.star_lines)


def test_c48_ratings_slower_than_the_page_cost_the_reviews_of_v2(faulty_ratings: FaultyRatings, visit: Visit) -> None:
    """C48: reviews v2 wait 10 s for ratings, the page two times 3 s: a delay of 7 s costs jason the reviews."""
    with faulty_ratings.delayed("v2", 7) as front:
        signed_in, anonymous = visit(front), visit(front)
        signed_in.sign_in(END_USER)
        theirs, his = anonymous.get("/productpage"), signed_in.get("/productpage")

    assert page.NO_REVIEWS in page.read(his.text).text
    assert 6 <= his.elapsed.total_seconds() < 7 + SLACK
    assert 9 == page.read(theirs.text).star_lines
    assert theirs.elapsed.total_seconds() < 1 + SLACK


@pytest.mark.exhaustive
def test_c49_reviews_v3_give_up_before_the_page_does(faulty_ratings: FaultyRatings, visit: Visit) -> None:
    """C49: reviews v3 wait 2.5 s for ratings: a delay of 7 s costs jason the stars, not the reviews."""
    with faulty_ratings.delayed("v3", 7) as front:
        signed_in = visit(front)
        signed_in.sign_in(END_USER)
        answer = signed_in.get("/productpage")
    shown = page.read(answer.text)

    assert (2, 0) == (shown.source.count(page.NO_RATINGS), shown.star_lines)
    assert 2.4 <= answer.elapsed.total_seconds() < 3 + SLACK


def test_c50_a_short_delay_costs_only_time(faulty_ratings: FaultyRatings, visit: Visit) -> None:
    """C50: with ratings 2 s late, within every time budget, jason sees the stars, 2 s later."""
    with faulty_ratings.delayed("v2", 2) as front:
        signed_in = visit(front)
        signed_in.sign_in(END_USER)
        answer = signed_in.get("/productpage")

    assert 9 == page.read(answer.text).star_lines
    assert 2 <= answer.elapsed.total_seconds() < 2.6 + SLACK


def test_c52_ratings_that_are_gone_are_ratings_that_fail(alone: StandaloneServices, nobody: str, visit: Visit) -> None:
    """C52: reviews whose ratings refuse connections still give both texts, with the error in place of the stars."""
    service = alone.reviews("v2", ratings=nobody)
    alone.wait_until_up(service)
    found = visit(service.url).json("/reviews/0")["reviews"]

    assert TEXTS == {review["reviewer"]: review["text"] for review in found}
    assert [{"error": page.NO_RATINGS}] * 2 == [review["rating"] for review in found]
