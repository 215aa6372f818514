"""The JSON API."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from productpage.settings import Address
from stub import Backend, Productpage, red, reviews


def test_shop_has_one_book(browser: FlaskClient) -> None:
    """An array of one: id, title, description."""
    answer = browser.get("/api/v1/products")

    assert "application/json" == answer.content_type
    assert [["id", "title", "descriptionHtml"]] == [list(product) for product in answer.json]
    assert (0, "The Comedy of Errors") == (answer.json[0]["id"], answer.json[0]["title"])


def test_reviews_are_passed_on(backend: Backend, browser: FlaskClient) -> None:
    """Word for word, with the pod that served them."""
    said = reviews("v3", red)
    backend.say("reviews", said)

    assert said == browser.get("/api/v1/products/0/reviews").json


def test_ratings_are_passed_on(browser: FlaskClient) -> None:
    """Stars by reviewer."""
    answer = browser.get("/api/v1/products/0/ratings")

    assert '{"id": 0, "ratings": {"Reviewer1": 5, "Reviewer2": 4}}' == answer.text


@pytest.mark.parametrize("app", ["details", "reviews", "ratings"])
@pytest.mark.parametrize("status", [400, 404, 500, 503, 555])
def test_error_status_is_passed_on(backend: Backend, browser: FlaskClient, app: str, status: int) -> None:
    """With one sentence in place of the backend's own words."""
    backend.say(app, {"secret": "stack trace"}, status)
    path = "/api/v1/products/abc" + ("" if app == "details" else f"/{app}")

    answer = browser.get(path)

    assert status == answer.status_code
    assert {"error": f"Sorry, product {app} are currently unavailable for this book."} == answer.json


def test_redirection_is_a_bad_gateway(backend: Backend, browser: FlaskClient) -> None:
    """A backend that sends elsewhere has not answered."""
    backend.say("details", {}, 302)

    assert 502 == browser.get("/api/v1/products/0").status_code


def test_nobody_there_is_500(productpage: Productpage, refused: Address) -> None:
    """As in Bookinfo's contract."""
    browser = productpage(backends=dict.fromkeys(("details", "reviews", "ratings"), refused))

    assert 500 == browser.get("/api/v1/products/0/reviews").status_code
