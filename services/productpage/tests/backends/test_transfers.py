"""Connections to backends: kept, closed, reset, cut off, slow; each against a real socket that behaves so."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from socket import socket
from threading import Event

import pytest
from flask.testing import FlaskClient
from productpage.backends.transfers import LARGEST
from productpage.settings import Address
from stub import Backend, Peer, Productpage, reset

PATH = "/api/v1/products/0"
"""Asks details, once."""


def before(productpage: Productpage, backend: Address, **settings: object) -> FlaskClient:
    return productpage(backends=dict.fromkeys(("details", "reviews", "ratings"), backend), **settings)


def test_connection_is_kept(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """Two questions, one connection: the peer accepts no second."""
    browser = before(productpage, peer([Peer.ANSWER, Peer.ANSWER]).address)

    answers = [browser.get(PATH) for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]


def test_connection_that_the_peer_closed_is_not_used_again(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """A backend that restarts, or tidies up idle connections, is nobody's error."""
    closing = peer([Peer.ANSWER], [Peer.ANSWER])
    browser = before(productpage, closing.address)

    first = browser.get(PATH)
    closing.closed.wait()
    second = browser.get(PATH)

    assert ([200, 200], 2) == ([first.status_code, second.status_code], len(closing.asked))


@pytest.mark.parametrize("end", [b"", reset], ids=["closed", "reset"])
def test_end_that_meets_a_request_is_nobodys_error(
    productpage: Productpage, peer: Callable[..., Peer], end: object
) -> None:
    """The peer ends a kept connection just as it is used: a new one carries the question, once."""
    ending = peer([Peer.ANSWER, end], [Peer.ANSWER])
    browser = before(productpage, ending.address)

    answers = [browser.get(PATH) for _ in range(2)]

    assert ([200, 200], 3) == ([answer.status_code for answer in answers], len(ending.asked))


@pytest.mark.parametrize("end", [b"", reset], ids=["closed", "reset"])
def test_new_connection_that_fails_has_failed(productpage: Productpage, peer: Callable[..., Peer], end: object) -> None:
    """A backend that gives no answer is asked once, or once more where the connection was a kept one: not until it works."""
    ending = peer([end], [Peer.ANSWER, end], [end], [Peer.ANSWER])
    browser = before(productpage, ending.address)

    answers = [browser.get(PATH) for _ in range(3)]

    assert ([500, 200, 500], 4) == ([answer.status_code for answer in answers], len(ending.asked))


def test_connection_that_hangs_is_no_closed_one(backend: Backend, productpage: Productpage) -> None:
    """Kept or not, it is given its time, and asked once."""
    browser = productpage(budget=0.2)
    browser.get(PATH)
    backend.hanging = {"details"}

    answer = browser.get(PATH)

    assert (500, 2) == (answer.status_code, len(backend.asked_for("details")))


def test_what_comes_unasked_answers_nothing(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """A second answer to one question does not become the answer to the next."""
    read, sent = Event(), Event()

    def answer_twice(connection: socket) -> None:
        connection.sendall(Peer.ANSWER)
        read.wait(10)
        connection.sendall(Peer.ANSWER.replace(b"book", b"ruin"))
        sent.set()

    browser = before(productpage, peer([answer_twice, Peer.ANSWER], [Peer.ANSWER]).address)

    first = browser.get(PATH)
    read.set()
    sent.wait(10)
    second = browser.get(PATH)

    assert [{"type": "book"}] * 2 == [first.json, second.json]


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{"type":"book"}\r\n0\r\n\r\n',
        b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"type":"book"}',
        b'HTTP/1.0 200 OK\r\n\r\n{"type":"book"}',
        b'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"type":"book"}',
    ],
    ids=["chunks", "close", "until the end", "interim"],
)
def test_every_way_to_end_an_answer_is_understood(
    productpage: Productpage, peer: Callable[..., Peer], answer: bytes
) -> None:
    """In chunks, with the connection, after an interim answer; and the next question is answered, too."""
    ending = peer([answer], [answer])
    browser = before(productpage, ending.address)

    answers = []
    for _ in range(2):
        answers.append(browser.get(PATH).json)
        ending.closed.wait()

    assert [{"type": "book"}] * 2 == answers


@pytest.mark.parametrize(
    ("broken", "status"),
    [
        (b"", 500),
        (reset, 500),
        (b"HTTP/1.1 200 OK\r\nContent-Le", 502),  # 200, as far as that goes, and no document
        (b"HTTP/1.1 200 OK\r\nX-Header: " + b"x" * 200_000, 500),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", 500),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", 500),
        (b"nonsense\r\n\r\n", 500),
    ],
    ids=["nothing", "reset", "half a head", "a long head", "half a body", "half the chunks", "nonsense"],
)
def test_broken_answer_is_no_answer(
    productpage: Productpage, peer: Callable[..., Peer], broken: object, status: int
) -> None:
    """Half an answer and no HTTP are a failure of that backend, not of the page."""
    assert status == before(productpage, peer([broken]).address).get(PATH).status_code


def test_trickling_backend_is_given_up(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """A byte now and then does not prolong the budget: the backend is still at it when we are done."""
    given_up = Event()

    def trickle(connection: socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not given_up.wait(0.05):
            connection.sendall(b" ")

    answer = before(productpage, peer([trickle]).address, budget=0.3).get(PATH)
    given_up.set()

    assert 500 == answer.status_code


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 500)])
def test_answer_has_a_size(productpage: Productpage, peer: Callable[..., Peer], size: int, status: int) -> None:
    """And not a byte more, whether it says so or not."""
    body = b"{}".ljust(size)
    for head in (b"Content-Length: %d" % size, b"Connection: close"):
        answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body

        assert status == before(productpage, peer([answer]).address).get(PATH).status_code


def test_redirection_is_not_followed(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """Where a backend points to is nobody whom we would ask."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    pointing = peer([moved, Peer.ANSWER])

    answer = before(productpage, pointing.address).get(PATH)

    assert (502, 1) == (answer.status_code, len(pointing.asked))


def test_cookies_of_a_backend_are_not_kept(productpage: Productpage, peer: Callable[..., Peer]) -> None:
    """What one visitor's answer sets, another's question must not carry."""
    setting = peer([Peer.ANSWER.replace(b"\r\n", b"\r\nSet-Cookie: a=b\r\n", 1), Peer.ANSWER])
    browser = before(productpage, setting.address)

    for _ in range(2):
        browser.get(PATH)

    assert [False, False] == [b"cookie" in request.lower() for request in setting.asked]


@pytest.fixture
def many_files() -> Iterator[None]:
    """So many open files that the next has a number above 1023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    with ExitStack() as opened:
        while (number := os.open(os.devnull, os.O_RDONLY)) <= 1023:
            opened.callback(os.close, number)
        opened.callback(os.close, number)
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_sockets_of_any_number_are_waited_for(browser: FlaskClient) -> None:
    """Where thousands of visitors are connected, a backend's socket has a high number."""
    page = browser.get("/productpage")

    assert 'data-reviews="shown"' in page.text
