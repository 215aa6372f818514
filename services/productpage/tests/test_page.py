"""What the page shows, and the marks that machines read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from productpage.settings import Address
from stub import Backend, Productpage, Rating, black, failed, red, reviews

MAIN = re.compile(r'<main id="bookinfo"([^>]*)>')


def marks(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-([a-z-]+)="([^"]*)"', MAIN.search(html)[1]))


VERSIONS = {"v1": None, "v2": black, "v3": red}


def lines(html: str, text: str) -> int:
    return sum(text in line for line in html.splitlines())


@pytest.mark.parametrize("version", VERSIONS)
def test_says_everything_that_the_slides_show(backend: Backend, browser: FlaskClient, version: str) -> None:
    """Title, summary, details with ISBN-13 and both reviews are there, whichever version answers."""
    backend.say("reviews", reviews(version, VERSIONS[version]))

    html = browser.get("/productpage").text

    for text in (
        "BookInfo Sample",
        "Sign in",
        "The Comedy of Errors",
        "William Shakespeare",
        "Wikipedia Summary",
        "Book Details",
        "paperback",
        "PublisherA",
        "123-1234567890",
        "Book Reviews",
        "Reviewer1",
        "Reviewer2",
        "An extremely entertaining play.",
    ):
        assert text in html


def test_title_stands_on_one_line(browser: FlaskClient) -> None:
    """Tutorials grep the title."""
    html = browser.get("/productpage").text

    assert 1 == lines(html, "<title>Simple Bookstore App</title>")


MARKERS = ("glyphicon glyphicon-star", "text-black-500", "text-red-500")


@pytest.mark.parametrize(("version", "expected"), [("v1", (0, 0, 0)), ("v2", (9, 2, 0)), ("v3", (9, 0, 2))])
def test_stars_carry_the_markers_that_tools_grep(
    backend: Backend, browser: FlaskClient, version: str, expected: tuple[int, int, int]
) -> None:
    """One marker per full star, each on a line of its own, and the colour on each row of stars."""
    backend.say("reviews", reviews(version, VERSIONS[version]))

    html = browser.get("/productpage").text

    assert expected == tuple(lines(html, marker) for marker in MARKERS)
    assert expected[0] == html.count("glyphicon-star")


def test_stars_are_text_too(backend: Backend, browser: FlaskClient) -> None:
    """A screen reader says how many stars."""
    backend.say("reviews", reviews("v3", red))

    html = browser.get("/productpage").text

    assert ["5 of 5", "4 of 5"] == re.findall(r"<span>(\d of 5)</span>", html)


def test_pod_that_served_stands_on_its_own_line_twice(backend: Backend, browser: FlaskClient) -> None:
    """Tutorials grep the pod's name."""
    backend.say("reviews", reviews("v2", black))

    html = browser.get("/productpage").text

    assert ["reviews-v2-7c9d4"] * 2 == re.findall(r"(?m)^\s*(reviews-v[123]-\S+)\s*$", html)


def test_cluster_is_shown_only_if_there_is_one(backend: Backend, browser: FlaskClient) -> None:
    """Reviews says "null" where it does not know its cluster."""
    without = browser.get("/productpage").text
    backend.say("reviews", reviews("v1") | {"clustername": "seoul"})
    with_one = browser.get("/productpage").text

    assert "on cluster" not in without
    assert "on cluster <code>seoul</code>" in with_one


def test_ratings_failure_is_said_once_per_review(backend: Backend, browser: FlaskClient) -> None:
    """The sentence of the contract, exactly twice, and no star."""
    backend.say("reviews", reviews("v2", failed))

    html = browser.get("/productpage").text

    assert (2, 0) == (html.count("Ratings service is currently unavailable"), html.count("glyphicon-star"))


@pytest.mark.parametrize(
    ("status", "document"), [(500, {}), (200, b"<html>"), (200, []), (200, {"podname": "x"}), (200, {"reviews": [1]})]
)
def test_reviews_that_are_no_reviews_are_unavailable(
    backend: Backend, browser: FlaskClient, status: int, document: Any
) -> None:
    """An error, no JSON and JSON of another shape all end in the sorry sentence; the details stay."""
    backend.say("reviews", document, status)

    page = browser.get("/productpage")

    assert 200 == page.status_code
    assert "Error fetching product reviews" in page.text
    assert "Sorry, product reviews are currently unavailable for this book." in page.text
    assert "123-1234567890" in page.text


def test_details_failure_leaves_the_reviews(backend: Backend, browser: FlaskClient) -> None:
    """A failing service takes nothing else with it."""
    backend.say("details", {}, 555)

    page = browser.get("/productpage")

    assert 200 == page.status_code
    assert "Error fetching product details" in page.text
    assert "Sorry, product details are currently unavailable for this book." in page.text
    assert "Reviewer1" in page.text


def test_page_stands_when_nobody_answers(productpage: Productpage, refused: Address) -> None:
    """Both backends down is a page with two errors."""
    page = productpage(backends=dict.fromkeys(("details", "reviews", "ratings"), refused)).get("/productpage")

    assert 200 == page.status_code
    assert "Error fetching product details" in page.text
    assert "Error fetching product reviews" in page.text


@pytest.mark.parametrize(
    ("version", "rating", "expected"),
    [
        ("v1", None, {"rated-count": "0", "ratings": "not-asked", "star-color": ""}),
        ("v2", black, {"rated-count": "2", "ratings": "shown", "star-color": "black"}),
        ("v3", red, {"rated-count": "2", "ratings": "shown", "star-color": "red"}),
        ("v3", failed, {"rated-count": "0", "ratings": "unavailable", "star-color": ""}),
    ],
)
def test_marks_say_what_is_shown(
    backend: Backend, browser: FlaskClient, version: str, rating: Rating | None, expected: dict[str, str]
) -> None:
    """A machine reads version, pod, ratings and colour without looking at the design."""
    backend.say("reviews", reviews(version, rating))

    html = browser.get("/productpage").text

    assert {
        "end-user": "",
        "details": "shown",
        "reviews": "shown",
        "reviews-version": version,
        "reviews-pod": f"reviews-{version}-7c9d4",
        "review-count": "2",
        **expected,
    } == marks(html)


def test_marks_say_what_is_missing(backend: Backend, browser: FlaskClient) -> None:
    """Without reviews nothing is known of ratings."""
    backend.say("details", {}, 500)
    backend.say("reviews", {}, 500)

    html = browser.get("/productpage").text

    assert {
        "end-user": "",
        "details": "unavailable",
        "reviews": "unavailable",
        "reviews-version": "",
        "reviews-pod": "",
        "review-count": "",
        "rated-count": "",
        "ratings": "unknown",
        "star-color": "",
    } == marks(html)


def test_marks_tell_reviews_that_are_not_whole(backend: Backend, browser: FlaskClient) -> None:
    """One without stars, one in another colour, or one that is not there."""
    document = reviews("v2", black)
    one, other = document["reviews"]
    seen = []
    for shown in ([one], [one, {**other, "rating": None}], [one, {**other, "rating": {"stars": 4, "color": "red"}}]):
        backend.say("reviews", {**document, "reviews": shown})
        found = marks(browser.get("/productpage").text)
        seen.append((found["review-count"], found["rated-count"], found["star-color"]))

    assert [("1", "1", "black"), ("2", "1", "black"), ("2", "2", "black red")] == seen


def test_version_is_unknown_if_the_pod_does_not_say(backend: Backend, browser: FlaskClient) -> None:
    """A pod of another name is shown, and its version left open."""
    backend.say("reviews", reviews("v2", black) | {"podname": "laptop"})

    html = browser.get("/productpage").text

    assert ("unknown", "laptop") == (marks(html)["reviews-version"], marks(html)["reviews-pod"])


def test_one_missing_rating_makes_ratings_unavailable(backend: Backend, browser: FlaskClient) -> None:
    """`shown` means that every reviewer's stars are there."""
    partly = reviews("v2", black)
    partly["reviews"][1]["rating"] = failed(0)
    backend.say("reviews", partly)

    html = browser.get("/productpage").text

    assert ("unavailable", 5) == (marks(html)["ratings"], lines(html, "glyphicon glyphicon-star"))


def test_more_stars_than_five_are_five(backend: Backend, browser: FlaskClient) -> None:
    """What somebody posted to ratings cannot blow the page up."""
    backend.say("reviews", reviews("v2", lambda _: {"stars": 5000, "color": "black"}))

    html = browser.get("/productpage").text

    assert 10 == lines(html, "glyphicon glyphicon-star")


def test_what_backends_say_is_text(backend: Backend, browser: FlaskClient) -> None:
    """Markup in a review is shown, not obeyed."""
    hostile = reviews("v2", lambda _: {"stars": 1, "color": '"><script>'}) | {"podname": "<script>"}
    hostile["reviews"][0]["text"] = "<script>alert(1)</script>"
    backend.say("reviews", hostile)
    backend.say("details", {"type": "<script>"})

    html = browser.get("/productpage").text

    assert "<script" not in html


@pytest.mark.parametrize("query", ["", "?u=normal", "?u=test"])
def test_u_is_ignored(browser: FlaskClient, query: str) -> None:
    """The two links of the front page lead to the same book."""
    assert browser.get("/productpage").text == browser.get(f"/productpage{query}").text


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_front_page_lists_the_services(browser: FlaskClient, path: str) -> None:
    """A table of the services, and the two links that tutorials know."""
    page = browser.get(path)

    assert "text/html; charset=utf-8" == page.content_type
    assert {"productpage", "details", "reviews", "ratings"} == set(re.findall(r'<th scope="row">(\w+)', page.text))
    assert 'href="/productpage?u=normal"' in page.text
    assert 'href="/productpage?u=test"' in page.text


def test_health(browser: FlaskClient) -> None:
    """A probe reads one sentence."""
    health = browser.get("/health")

    assert (200, "Product page is healthy") == (health.status_code, health.text)


def test_what_is_not_there_is_404(browser: FlaskClient) -> None:
    """Also as a page, with a way back."""
    page = browser.get("/nope")

    assert 404 == page.status_code
    assert "Back to the book" in page.text


class Nesting(HTMLParser):
    """Complains about elements that are not closed in their order."""

    void = frozenset({"meta", "link", "img", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: Any, attributes: Any) -> None:
        assert len(attributes) == len(dict(attributes)), f"an attribute twice in <{tag}>"
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: Any, attributes: Any) -> None:
        """`<use/>` and `<path/>` are closed as they stand."""

    def handle_endtag(self, tag: Any) -> None:
        assert tag == self.open.pop()


@pytest.mark.parametrize("path", ["/productpage", "/productpage?lang=ko", "/", "/nope"])
@pytest.mark.parametrize("rating", [None, black, failed])
def test_markup_nests_and_ids_are_unique(
    backend: Backend, browser: FlaskClient, path: str, rating: Rating | None
) -> None:
    """Every element is closed in its order, and no id stands twice."""
    backend.say("reviews", reviews("v2", rating))
    parser = Nesting()

    parser.feed(browser.get(path).text)

    assert [] == parser.open
    assert sorted(set(parser.ids)) == sorted(parser.ids)
