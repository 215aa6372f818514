"""The JSON API of productpage: C11 to C17."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import requests

from tests.contract.http.harness import page
from tests.contract.http.harness.visitor import Visitor

BOOK = {
    "author": "William Shakespeare",
    "year": 1595,
    "type": "paperback",
    "pages": 200,
    "publisher": "PublisherA",
    "language": "English",
    "ISBN-10": "1234567890",
    "ISBN-13": "123-1234567890",
}
TEXTS = {
    "Reviewer1": "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!",
    "Reviewer2": "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by"
    " Shakespeare.",
}
RATINGS: dict[str, list[object]] = {
    "v1": [None, None],
    "v2": [{"stars": 5, "color": "black"}, {"stars": 4, "color": "black"}],
    "v3": [{"stars": 5, "color": "red"}, {"stars": 4, "color": "red"}],
}
ShownBy = Callable[[str], AbstractContextManager[Callable[[str], requests.Response]]]


def test_c11_one_product_is_listed(front: Visitor) -> None:
    """C11: the list of products is JSON and holds one, with an id, a title and a description."""
    answer = front.get("/api/v1/products")

    assert (200, "application/json") == (answer.status_code, answer.headers["Content-Type"].partition(";")[0])
    assert [({"id", "title", "descriptionHtml"}, 0, "The Comedy of Errors")] == [
        (set(product), product["id"], product["title"]) for product in answer.json()
    ]


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_c12_c13_a_product_has_details(front: Visitor, number: int) -> None:
    """C12, C13: the details of any number are those of the book, with the number echoed."""
    assert {"id": number, **BOOK} == front.json(f"/api/v1/products/{number}")


def test_c14_a_product_has_two_reviews(front: Visitor) -> None:
    """C14: the reviews come with a textual id, the pod and the cluster that served them, and two texts."""
    found = front.json("/api/v1/products/0/reviews")

    assert ("0", {"id", "podname", "clustername", "reviews"}) == (found["id"], set(found))
    assert TEXTS == {review["reviewer"]: review["text"] for review in found["reviews"]}


def test_c15_each_version_of_reviews_has_its_ratings(shown_by: ShownBy, version: str) -> None:
    """C15: v1 gives no rating, v2 5 and 4 black stars, v3 5 and 4 red ones."""
    with shown_by(version) as get:
        found = get("/api/v1/products/0/reviews").json()["reviews"]

    assert RATINGS[version] == [review.get("rating") for review in found]


def test_c16_a_product_has_ratings(front: Visitor) -> None:
    """C16: the ratings are 5 and 4."""
    assert {"id": 0, "ratings": {"Reviewer1": 5, "Reviewer2": 4}} == front.json("/api/v1/products/0/ratings")


def test_c17_what_is_no_number_has_no_details(front: Visitor) -> None:
    """C17: an id that is no number is answered as details answers it, 400, in productpage's words."""
    answer = front.get("/api/v1/products/abc")

    assert (400, {"error": page.NO_DETAILS}) == (answer.status_code, answer.json())
