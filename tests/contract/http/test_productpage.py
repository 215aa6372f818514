"""The pages of productpage: C01 to C10, C18, C20."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urljoin

import pytest
import requests

from tests.contract.http.harness import page
from tests.contract.http.harness.target import STAR_COLOURS, Target
from tests.contract.http.harness.visitor import Visitor

APPS = {"details", "reviews", "ratings"}
TITLE = "<title>Simple Bookstore App</title>"
ShownBy = Callable[[str], AbstractContextManager[Callable[[str], requests.Response]]]


def test_c01_health_is_told_in_these_words(productpage: Visitor) -> None:
    """C01: the health check answers exactly `Product page is healthy`."""
    answer = productpage.get("/health")

    assert (200, "Product page is healthy") == (answer.status_code, answer.text)


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_c02_the_index_leads_to_both_kinds_of_user(productpage: Visitor, path: str) -> None:
    """C02: the index links the page for a normal and for a test user, and names the other services in a table."""
    answer = productpage.get(path)
    index = page.read(answer.text)

    assert 200 == answer.status_code
    assert {"/productpage?u=normal", "/productpage?u=test"} <= {urljoin("/", link) for link in index.links}
    assert "table" in {element.tag for element in index.elements}
    assert APPS == {app for app in APPS if app in index.text}


@pytest.mark.parametrize("query", ["", "?u=normal", "?u=test"])
def test_c03_c04_the_page_has_its_title_on_one_line(front: Visitor, query: str) -> None:
    """C03, C04: the page is HTML with the title that tools look for on one line; the query changes nothing."""
    answer = front.get(f"/productpage{query}")

    assert (200, "text/html") == (answer.status_code, answer.headers["Content-Type"].partition(";")[0])
    assert [TITLE] == page.read(answer.text).title_lines


def test_c05_the_page_shows_the_book(front: Visitor) -> None:
    """C05: the page shows the author, the title, both sections, both reviewers, the heading and the way to sign in."""
    wanted = {
        *("William Shakespeare", "The Comedy of Errors", "Book Details", "Book Reviews"),
        *("Reviewer1", "Reviewer2", "BookInfo Sample", "Sign in"),
    }
    shown = front.page().text

    assert wanted == {phrase for phrase in wanted if phrase in shown}


def test_c06_reviews_v1_have_no_stars(shown_by: ShownBy) -> None:
    """C06: with reviews v1 the page has no star, and no word of ratings that fail."""
    with shown_by("v1") as get:
        shown = page.read(get("/productpage").text)

    assert (0, 0) == (shown.star_lines, shown.text.count(page.NO_RATINGS))


@pytest.mark.parametrize("version", STAR_COLOURS)
def test_c07_c08_reviews_v2_and_v3_have_stars_of_their_colour(shown_by: ShownBy, version: str) -> None:
    """C07, C08: 5 and 4 full stars stand on lines of their own, in two rows, black with v2 and red with v3."""
    with shown_by(version) as get:
        shown = page.read(get("/productpage").text)

    assert (9, 2) == (shown.star_lines, shown.rows_of_colour(STAR_COLOURS[version]))


def test_c09_the_page_names_the_pod_that_served_the_reviews(
    shown_by: ShownBy, version: str, bookinfo: Target, visit: Callable[[str], Visitor]
) -> None:
    """C09: the name of the reviews pod stands on a line of its own, once per review."""
    with shown_by(version) as get:
        pods = page.read(get("/productpage").text).pods
    direct = bookinfo.reviews.get(version)
    pod = visit(direct).json("/reviews/0")["podname"] if direct else pods[0]

    assert [pod, pod] == pods
    assert pod.startswith(f"reviews-{version}-")


def test_c10_a_visitor_without_a_session_gets_none(front: Visitor) -> None:
    """C10: looking at the page twice sets no cookie."""
    answers = [front.get("/productpage") for _ in range(2)]

    assert [None, None] == [answer.headers.get("Set-Cookie") for answer in answers]


def test_c18_everything_the_page_links_is_there(front: Visitor) -> None:
    """C18: each asset of the page answers 200 with the type that its name promises."""
    assets = [urljoin("/productpage", asset) for asset in front.page().assets]
    answers = {asset: front.get(asset) for asset in assets}
    expected = {asset: (200, mimetypes.guess_type(asset.partition("?")[0])[0]) for asset in assets}

    assert any(asset.startswith("/static/") for asset in assets)
    assert expected == {
        asset: (answer.status_code, answer.headers["Content-Type"].partition(";")[0])
        for asset, answer in answers.items()
    }


@pytest.mark.parametrize(("path", "status"), [("/nope", 404), ("/login", 405)])
def test_c20_what_is_not_served_says_so(productpage: Visitor, path: str, status: int) -> None:
    """C20: an unknown path is 404, and GET is no way to log in."""
    assert status == productpage.get(path).status_code


MARKS = {
    "v1": {"data-rated-count": "0", "data-ratings": "not-asked", "data-star-color": ""},
    "v2": {"data-rated-count": "2", "data-ratings": "shown", "data-star-color": "black"},
    "v3": {"data-rated-count": "2", "data-ratings": "shown", "data-star-color": "red"},
}


@pytest.mark.better
def test_the_page_carries_marks_that_a_program_can_read(shown_by: ShownBy, version: str) -> None:
    """Ours: one element says what is shown, so that nobody has to look for stars."""
    with shown_by(version) as get:
        shown = page.read(get("/productpage").text)

    assert {
        "data-end-user": "",
        "data-details": "shown",
        "data-reviews": "shown",
        "data-reviews-version": version,
        "data-reviews-pod": shown.pods[0],
        "data-review-count": "2",
        **MARKS[version],
    } == shown.marks
