"""How backends are called: at the same time, within a budget, over kept connections, how often."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from flask.testing import FlaskClient
from productpage.connections import Exchange, Pool, Unanswered, get
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


def ask(pool: Pool, app: str, budget: float) -> Exchange:
    return Exchange(pool, get(f"/{app}/0", {"host": "backend"}), budget)


@pytest.fixture
def pool(backend: Backend) -> Iterator[Pool]:
    """Two kept connections."""
    pool = Pool(backend.address)
    for exchange in [ask(pool, "ratings", 3.0) for _ in range(2)]:
        exchange.answer()
    yield pool
    pool.close()


def test_answer_that_came_in_time_is_taken_late(backend: Backend, pool: Pool) -> None:
    """Details hangs for longer than reviews may take; the reviews that arrived meanwhile are good."""
    backend.hanging = {"details"}
    hanging, answered = ask(pool, "details", 0.3), ask(pool, "reviews", 0.2)

    with pytest.raises(Unanswered):
        hanging.answer()

    assert 200 == answered.answer()[0]


def test_answer_that_has_not_come_in_time_is_not_asked_for_again(backend: Backend, pool: Pool) -> None:
    """A kept connection that hangs is no closed one."""
    backend.hanging = {"details", "reviews"}
    first, second = ask(pool, "details", 0.3), ask(pool, "reviews", 0.2)

    for exchange in (first, second):
        with pytest.raises(Unanswered, match="timed out"):
            exchange.answer()

    assert (1, 1) == (len(backend.asked_for("details")), len(backend.asked_for("reviews")))


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


@pytest.mark.parametrize(
    ("product_id", "target"),
    [("7", "/details/7"), ("a b", "/details/a%20b"), ("책", "/details/%EC%B1%85"), ("50%25", "/details/50%25")],
)
def test_product_id_is_one_segment_of_the_path(
    backend: Backend, browser: FlaskClient, product_id: str, target: str
) -> None:
    """Whatever it says, it cannot lead to another path."""
    browser.get(f"/api/v1/products/{product_id}")

    assert [target] == [asked for asked, _ in backend.asked]


@pytest.fixture
def peer() -> Iterator[list[Peer]]:
    made: list[Peer] = []
    yield made
    for one in made:
        one.stop()


def details_from(productpage: Productpage, address: Address) -> None:
    return productpage(backends=dict.fromkeys(("details", "reviews", "ratings"), address))


def test_connection_is_kept(productpage: Productpage, peer: list[Peer]) -> None:
    """Two questions, one connection: the peer accepts no second."""
    peer.append(Peer([Peer.ANSWER, Peer.ANSWER]))
    browser = details_from(productpage, peer[0].address)

    answers = [browser.get("/api/v1/products/0") for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]


def test_connection_that_the_peer_closed_is_not_used_again(productpage: Productpage, peer: list[Peer]) -> None:
    """A backend that restarts, or tidies up idle connections, is nobody's error."""
    peer.append(Peer([Peer.ANSWER], [Peer.ANSWER]))
    browser = details_from(productpage, peer[0].address)

    first = browser.get("/api/v1/products/0")
    peer[0].closed.wait()
    second = browser.get("/api/v1/products/0")

    assert ([200, 200], 2) == ([first.status_code, second.status_code], peer[0].requests)


def test_close_that_meets_a_request_is_nobodys_error(productpage: Productpage, peer: list[Peer]) -> None:
    """The peer closes a kept connection just as it is used: a new one carries the question."""
    peer.append(Peer([Peer.ANSWER, None], [Peer.ANSWER]))
    browser = details_from(productpage, peer[0].address)

    answers = [browser.get("/api/v1/products/0") for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]


def test_new_connection_that_fails_has_failed(productpage: Productpage, peer: list[Peer]) -> None:
    """A backend that closes without an answer is asked once, not until it works."""
    peer.append(Peer([None], [Peer.ANSWER]))
    browser = details_from(productpage, peer[0].address)

    answer = browser.get("/api/v1/products/0")

    assert (500, 1) == (answer.status_code, peer[0].requests)


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{"type":"book"}\r\n0\r\n\r\n',
        b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"type":"book"}',
        b'HTTP/1.0 200 OK\r\n\r\n{"type":"book"}',
        b'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"type":"book"}',
    ],
)
def test_every_way_to_end_an_answer_is_understood(productpage: Productpage, peer: list[Peer], answer: bytes) -> None:
    """In chunks, with the connection, after an interim answer; and the next question is answered, too."""
    peer.append(Peer([answer], [answer]))
    browser = details_from(productpage, peer[0].address)

    answers = []
    for _ in range(2):
        answers.append(browser.get("/api/v1/products/0").json)
        peer[0].closed.wait()

    assert [{"type": "book"}] * 2 == answers


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_broken_answer_is_no_answer(productpage: Productpage, peer: list[Peer], broken: bytes) -> None:
    """Half an answer and no HTTP are a failure of that backend, not of the page."""
    peer.append(Peer([broken]))
    browser = details_from(productpage, peer[0].address)

    assert 500 == browser.get("/api/v1/products/0").status_code


def test_trickling_backend_is_given_up(productpage: Productpage) -> None:
    """A byte now and then does not prolong the budget: the backend is still at it when we are done."""
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(200):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return
                    if ended.wait(0.05):
                        return

        thread = Thread(target=trickle)
        thread.start()
        address = Address("127.0.0.1", listener.getsockname()[1])
        browser = productpage(backends=dict.fromkeys(("details", "reviews", "ratings"), address), budget=0.3)

        answer = browser.get("/api/v1/products/0")
        still_trickling = thread.is_alive()
        ended.set()
        thread.join()

    assert (500, True) == (answer.status_code, still_trickling)


def test_details_are_passed_on_in_their_order(browser: FlaskClient) -> None:
    """The API's keys stand as the details service wrote them."""
    assert list(DETAILS.items()) == list(browser.get("/api/v1/products/0").json.items())
