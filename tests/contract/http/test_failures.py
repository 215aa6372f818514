"""What a visitor sees while backends fail: C31 to C36, and C34's closed ports."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.standalone import StandaloneServices
from tests.contract.http.harness import page, stubs
from tests.contract.http.harness.stubs import Stub
from tests.contract.http.harness.visitor import AT_ONCE, SLACK, Visitor

NO_REVIEWS = ("Error fetching product reviews", page.NO_REVIEWS)
NO_DETAILS = ("Error fetching product details", page.NO_DETAILS)


def _said(shown: page.Page) -> set[str]:
    """Which of the sentences about failures the page says."""
    return {sentence for sentence in (*NO_REVIEWS, *NO_DETAILS) if sentence in shown.text}


def test_c31_reviews_that_fail_are_asked_twice(before_stubs: Visitor, stubbed_reviews: Stub) -> None:
    """C31: when reviews answer 500 the page says so, with 200, having asked exactly two times."""
    with stubbed_reviews.behaving(stubs.failing(500)):
        answer = before_stubs.get("/productpage")
        asked = len(stubbed_reviews.received)
    shown = page.read(answer.text)

    assert (200, set(NO_REVIEWS), 2) == (answer.status_code, _said(shown), asked)
    assert "Book Details" in shown.text


def test_c31_the_api_passes_a_500_on(before_stubs: Visitor, stubbed_reviews: Stub) -> None:
    """C31: when reviews answer 500, so does the API."""
    with stubbed_reviews.behaving(stubs.failing(500)):
        answer = before_stubs.get("/api/v1/products/0/reviews")

    assert (500, {"error": page.NO_REVIEWS}) == (answer.status_code, answer.json())


def test_c32_the_api_passes_a_503_on(before_stubs: Visitor, stubbed_reviews: Stub) -> None:
    """C32: when reviews answer 503, so does the API, in the same words."""
    with stubbed_reviews.behaving(stubs.failing(503)):
        answer = before_stubs.get("/api/v1/products/0/reviews")

    assert (503, {"error": page.NO_REVIEWS}) == (answer.status_code, answer.json())


def test_c33_details_that_fail_leave_the_reviews(before_stubs: Visitor, stubbed_details: Stub) -> None:
    """C33: when details answer 555 the page says so, with 200, and still shows the reviews."""
    with stubbed_details.behaving(stubs.failing(555)):
        answer = before_stubs.get("/productpage")
    shown = page.read(answer.text)

    assert (200, set(NO_DETAILS)) == (answer.status_code, _said(shown))
    assert "Book Reviews" in shown.text


def test_c33_the_api_passes_any_status_on(before_stubs: Visitor, stubbed_details: Stub) -> None:
    """C33: when details answer 555, so does the API."""
    with stubbed_details.behaving(stubs.failing(555)):
        answer = before_stubs.get("/api/v1/products/0")

    assert (555, {"error": page.NO_DETAILS}) == (answer.status_code, answer.json())


def test_c34_with_both_backends_down_the_page_answers_at_once(
    alone: StandaloneServices, nobody: str, visit: Callable[[str], Visitor]
) -> None:
    """C34: when details and reviews refuse connections, the page says both things, with 200, and waits for nothing."""
    service = alone.productpage(details=nobody, reviews=nobody, ratings=nobody)
    alone.wait_until_up(service)
    visitor = visit(service.url)
    answer = visitor.get("/productpage")
    api = visitor.get("/api/v1/products/0/ratings")

    assert (200, {*NO_REVIEWS, *NO_DETAILS}) == (answer.status_code, _said(page.read(answer.text)))
    assert answer.elapsed.total_seconds() < AT_ONCE
    assert 500 == api.status_code


@pytest.mark.exhaustive
def test_c35_reviews_that_hang_cost_two_time_budgets(
    page_before_stubs: str, stubbed_reviews: Stub, visit: Callable[[str], Visitor]
) -> None:
    """C35: when reviews hang, the page gives up after two tries of 3 s each, and the API says 500."""
    paths = ("/productpage", "/api/v1/products/0/reviews")
    with stubbed_reviews.behaving(stubs.hanging), ThreadPoolExecutor() as pool:
        shown, api = pool.map(lambda path: visit(page_before_stubs).get(path), paths)

    assert (200, set(NO_REVIEWS)) == (shown.status_code, _said(page.read(shown.text)))
    assert 6 <= shown.elapsed.total_seconds() < 6.5 + SLACK
    assert (500, {"error": page.NO_REVIEWS}) == (api.status_code, api.json())


def test_c36_details_that_hang_cost_one_time_budget(before_stubs: Visitor, stubbed_details: Stub) -> None:
    """C36: when details hang, the page gives up after 3 s and shows the rest."""
    with stubbed_details.behaving(stubs.hanging):
        answer = before_stubs.get("/productpage")

    assert (200, set(NO_DETAILS)) == (answer.status_code, _said(page.read(answer.text)))
    assert 3 <= answer.elapsed.total_seconds() < 3.5 + SLACK
