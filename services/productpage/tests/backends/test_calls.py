"""Which backends are called, how often, by which way, and within which time."""

from __future__ import annotations

from collections.abc import Callable
from socket import socket
from threading import Event

import pytest
from flask.testing import FlaskClient
from productpage.backends.services import LARGEST_KEPT
from productpage.settings import Address
from stub import DETAILS, Backend, Peer, Productpage


def test_reviews_is_asked_once_more_after_an_error(backend: Backend, browser: FlaskClient) -> None:
    """Exactly two calls; details gets one."""
    backend.say("reviews", {}, 500)
    backend.say("details", {}, 500)

    browser.get("/productpage")

    assert (2, 1) == (len(backend.asked_for("reviews")), len(backend.asked_for("details")))


def test_good_answer_is_not_asked_for_again(backend: Backend, browser: FlaskClient) -> None:
    """One call each."""
    browser.get("/productpage")

    assert (1, 1) == (len(backend.asked_for("reviews")), len(backend.asked_for("details")))


def test_what_is_said_again_is_not_read_again(backend: Backend, browser: FlaskClient) -> None:
    """The same bytes are one answer, and a page shows at once what others say."""
    backends = browser.application.extensions["backends"]
    first, again = (backends.ask(["details"], "0", {})[0] for _ in range(2))
    backend.say("details", DETAILS | {"publisher": "PublisherB"})
    (other,) = backends.ask(["details"], "0", {})

    assert first is again
    assert ("PublisherA", "PublisherB") == (first.document["publisher"], other.document["publisher"])


def test_a_long_answer_is_not_kept(backend: Backend, browser: FlaskClient) -> None:
    """Backends can say 128 kB, and 16 of those are more than a worker has to spare."""
    backend.say("details", DETAILS | {"publisher": "B" * LARGEST_KEPT})
    backends = browser.application.extensions["backends"]
    first, again = (backends.ask(["details"], "0", {})[0] for _ in range(2))

    assert first is not again
    assert first.document == again.document


@pytest.mark.parametrize(("app", "calls"), [("details", 1), ("ratings", 1), ("reviews", 2)])
def test_api_asks_as_often_as_the_page(backend: Backend, browser: FlaskClient, app: str, calls: int) -> None:
    """The repetition belongs to reviews, wherever it is called."""
    backend.say(app, {}, 503)
    path = "/api/v1/products/0" + ("" if app == "details" else f"/{app}")

    answer = browser.get(path)

    assert (503, calls) == (answer.status_code, len(backend.asked_for(app)))


@pytest.mark.parametrize(("app", "calls"), [("details", 1), ("reviews", 2)])
def test_hanging_backend_is_given_up(backend: Backend, productpage: Productpage, app: str, calls: int) -> None:
    """When the budget is spent the page goes on without it; without a budget this test would never end."""
    backend.hanging = {app}

    page = productpage(budget=0.2).get("/productpage")

    assert 200 == page.status_code
    assert f"Error fetching product {app}" in page.text
    assert calls == len(backend.asked_for(app))


def test_reviews_is_asked_again_while_details_is_awaited(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """Neither waits for the other: these details come when reviews has been asked twice."""
    asked_again = Event()

    def fail(connection: socket) -> None:
        connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")

    def answer_again(connection: socket) -> None:
        asked_again.set()
        connection.sendall(Peer.ANSWER)

    def answer_then(connection: socket) -> None:
        asked_again.wait(10)
        connection.sendall(Peer.ANSWER)

    backends = {"details": peer([answer_then]).address, "reviews": peer([fail, answer_again]).address}

    page = productpage(backends=backends).get("/productpage")

    assert 'data-details="shown"' in page.text


def test_endless_details_take_no_reviews_away(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """Who sends too much is cut off, and nobody else: these reviews come after that, and are asked for once."""
    cut_off = Event()

    def send_without_end(connection: socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
        try:
            while True:
                connection.sendall(b"x" * 1024)
        finally:
            cut_off.set()

    def answer_then(connection: socket) -> None:
        cut_off.wait(10)
        connection.sendall(Peer.ANSWER)

    reviewing = peer([answer_then], [Peer.ANSWER])
    backends = {"details": peer([send_without_end]).address, "reviews": reviewing.address}

    page = productpage(backends=backends, budget=20.0).get("/productpage")

    assert 'data-details="unavailable"' in page.text
    assert 1 == len(reviewing.asked)


def test_nobody_by_that_name_is_no_answer(productpage: Productpage) -> None:
    """Nor is it by one that is no ASCII."""
    backends = {"details": Address("no-such-host.invalid", 9080), "reviews": Address("책.invalid", 9080)}

    page = productpage(backends=backends).get("/productpage")

    assert (200, 'data-details="unavailable"' in page.text) == (page.status_code, True)


def test_flood_calls_reviews_for_nothing(backend: Backend, productpage: Productpage) -> None:
    """FLOOD_FACTOR extra calls of reviews per page."""
    productpage(flood_factor=3).get("/productpage")

    assert (4, 1) == (len(backend.asked_for("reviews")), len(backend.asked_for("details")))


def test_proxy_is_asked_for_the_whole_url(backend: Backend, productpage: Productpage) -> None:
    """The authority names the service, so that a sidecar's routes can."""
    names = {app: Address(app, 9080) for app in ("details", "reviews", "ratings")}

    page = productpage(backends=names, proxies=dict.fromkeys(names, backend.address)).get("/productpage")

    assert "Reviewer1" in page.text
    assert [
        ("http://details:9080/details/0", "details:9080"),
        ("http://reviews:9080/reviews/0", "reviews:9080"),
    ] == sorted((target, headers["host"]) for target, headers in backend.asked)
    assert [{"host", "user-agent"}] * 2 == [set(headers) for _, headers in backend.asked]


def test_way_is_what_the_settings_say(
    backend: Backend, productpage: Productpage, refused: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have read http_proxy and no_proxy; nothing reads them once more, in its own way."""
    monkeypatch.setenv("http_proxy", f"http://{refused}")
    direct = productpage().get("/api/v1/products/0")
    monkeypatch.setenv("no_proxy", "*")
    proxied = productpage(backends={"details": refused}, proxies={"details": backend.address}).get("/api/v1/products/0")

    assert (200, 200) == (direct.status_code, proxied.status_code)


@pytest.mark.parametrize(
    ("product_id", "target"),
    [
        ("7", "/details/7"),
        ("a b", "/details/a%20b"),
        ("책", "/details/%EC%B1%85"),
        ("50%25", "/details/50%25"),
        ("..", "/details/.."),
    ],
)
def test_product_id_is_one_segment_of_the_path(
    backend: Backend, browser: FlaskClient, product_id: str, target: str
) -> None:
    """Whatever it says, it cannot lead to another path."""
    browser.get(f"/api/v1/products/{product_id}")

    assert [target] == [asked for asked, _ in backend.asked]


def test_details_are_passed_on_in_their_order(browser: FlaskClient) -> None:
    """The API's keys stand as the details service wrote them."""
    assert list(DETAILS.items()) == list(browser.get("/api/v1/products/0").json.items())
