"""Details, reviews and ratings, each by itself: C37 to C46."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import requests

from tests.contract.http.harness import page
from tests.contract.http.harness.visitor import AT_ONCE, Visitor
from tests.contract.http.test_api import BOOK, RATINGS, TEXTS


def test_c37_details_describe_the_book(details: Visitor) -> None:
    """C37: details are the book's, with the number echoed as a number, in the order of the original."""
    found = details.json("/details/0")

    assert {"id": 0, **BOOK} == found
    assert ["id", *BOOK] == list(found)


def test_c37_details_of_no_number_are_refused(details: Visitor) -> None:
    """C37: an id that is no number is answered 400, saying what is wanted."""
    answer = details.get("/details/abc")

    assert (400, {"error": "please provide numeric product id"}) == (answer.status_code, answer.json())


def test_c38_details_are_healthy(details: Visitor) -> None:
    """C38: the health check of details."""
    assert {"status": "Details is healthy"} == details.json("/health")


def test_c39_reviews_come_with_the_ratings_of_their_version(reviews: Visitor, version: str) -> None:
    """C39: reviews have a textual id, two texts, and the ratings of their version."""
    found = reviews.json("/reviews/0")

    assert ("0", {"id", "podname", "clustername", "reviews"}) == (found["id"], set(found))
    assert TEXTS == {review["reviewer"]: review["text"] for review in found["reviews"]}
    assert RATINGS[version] == [review.get("rating") for review in found["reviews"]]


def test_c39_reviews_of_no_number_do_not_exist(reviews: Visitor) -> None:
    """C39: an id that is no number is 404."""
    assert 404 == reviews.get("/reviews/abc").status_code


def test_c40_reviews_are_healthy(reviews: Visitor) -> None:
    """C40: the health check of reviews."""
    assert {"status": "Reviews is healthy"} == reviews.json("/health")


@pytest.mark.parametrize("number", [0, 7])
def test_c41_ratings_are_five_and_four(ratings: Visitor, number: int) -> None:
    """C41: the ratings of any number are 5 and 4, with the number echoed as a number."""
    assert {"id": number, "ratings": {"Reviewer1": 5, "Reviewer2": 4}} == ratings.json(f"/ratings/{number}")


def test_c42_ratings_of_no_number_are_refused(ratings: Visitor) -> None:
    """C42: an id that is no number is answered 400, saying what is wanted."""
    answer = ratings.get("/ratings/abc")

    assert (400, {"error": "please provide numeric product ID"}) == (answer.status_code, answer.json())


def test_c43_ratings_are_healthy(ratings: Visitor) -> None:
    """C43: the health check of ratings."""
    assert {"status": "Ratings is healthy"} == ratings.json("/health")


@pytest.fixture
def rated_afresh(ratings: Visitor) -> Iterator[Visitor]:
    """Ratings that get their 5 and 4 back when the test ends."""
    yield ratings
    ratings.ask("POST", "/ratings/0", json={"Reviewer1": 5, "Reviewer2": 4})


def test_c44_ratings_that_are_posted_are_kept(rated_afresh: Visitor) -> None:
    """C44: posted ratings are echoed with the id, and given from then on."""
    answer = rated_afresh.ask("POST", "/ratings/0", json={"Reviewer1": 1, "Reviewer2": 2})
    posted = {"id": 0, "ratings": {"Reviewer1": 1, "Reviewer2": 2}}

    assert (200, posted) == (answer.status_code, answer.json())
    assert posted == rated_afresh.json("/ratings/0")


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_c44_ratings_that_are_posted_are_shown(
    rated_afresh: Visitor,
    shown_by: Callable[[str], AbstractContextManager[Callable[[str], requests.Response]]],
    version: str,
) -> None:
    """C44: with 1 and 2 stars posted, the page shows three."""
    rated_afresh.ask("POST", "/ratings/0", json={"Reviewer1": 1, "Reviewer2": 2})
    with shown_by(version) as get:
        shown = page.read(get("/productpage").text)

    assert 3 == shown.star_lines


def test_c45_what_is_no_json_is_refused(ratings: Visitor) -> None:
    """C45: a post that is no JSON is answered 400, saying what is wanted."""
    answer = ratings.ask("POST", "/ratings/0", data="{stars: many")

    assert (400, {"error": "please provide valid ratings JSON"}) == (answer.status_code, answer.json())


@pytest.mark.better
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_c46_other_methods_are_refused(ratings: Visitor, method: str) -> None:
    """C46: PUT and DELETE are answered 405 where the original leaves the caller hanging."""
    answer = ratings.ask(method, "/ratings/0")

    assert 405 == answer.status_code
    assert answer.elapsed.total_seconds() < AT_ONCE


@pytest.mark.better
def test_c46_head_is_answered_as_get(ratings: Visitor) -> None:
    """C46: HEAD is answered as GET, without the body."""
    answer = ratings.ask("HEAD", "/ratings/0")

    assert (200, "", "application/json") == (
        answer.status_code,
        answer.text,
        answer.headers["Content-Type"].partition(";")[0],
    )
    assert answer.elapsed.total_seconds() < AT_ONCE
