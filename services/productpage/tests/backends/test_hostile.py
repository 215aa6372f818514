"""Whatever a backend says, the page is 200, in time and of bounded size."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from itertools import cycle
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from productpage.settings import Address
from stub import DETAILS, Backend, Productpage, black, reviews

LARGEST_PAGE = 1024 * 1024


def rated(stars: str) -> bytes:
    """Reviews with these stars, as JSON text."""
    return json.dumps(reviews("v2", black)).replace('"stars": 5', f'"stars": {stars}').encode()


NASTY: dict[str, tuple[int, Any]] = {
    "1e999": (200, rated("1e999")),
    "Infinity": (200, rated("Infinity")),
    "NaN": (200, rated("NaN")),
    "a long number": (200, rated("9" * 5000)),
    "half a character": (200, json.dumps(reviews("v2", black)).replace("fun", "\\ud800").encode()),
    "half a character in the name of a pod": (200, json.dumps(reviews("v2") | {"podname": "\ud800"}).encode()),
    "brackets": (200, b"[" * 100_000),
    "nested objects": (200, b'{"reviews":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001),
    "many reviews": (200, reviews("v2") | {"reviews": reviews("v2", black)["reviews"] * 25_000}),
    "long reviews": (200, reviews("v2") | {"reviews": [{"reviewer": '"' * 60_000, "text": "<" * 60_000}]}),
    "a megabyte": (200, {"text": "x" * 2_000_000}),
    "reviews of nothing": (200, {"reviews": [None]}),
    "no list": (200, {"reviews": 7}),
    "a redirection": (302, b""),
    "an odd status": (999, b""),
}


@pytest.mark.parametrize("app", ["details", "reviews"])
@pytest.mark.parametrize("answer", NASTY.values(), ids=NASTY)
def test_the_page_comes(productpage: Productpage, backend: Backend, app: str, answer: tuple[int, Any]) -> None:
    """And so does the API, in UTF-8 and without numbers that JSON does not have."""
    backend.answers[app] = answer
    browser = productpage()

    page = browser.get("/productpage")
    said = browser.get("/api/v1/products/0" + ("" if app == "details" else "/reviews"))

    assert 200 == page.status_code
    assert len(page.data) < LARGEST_PAGE
    assert page.data.decode()
    json.loads(said.data.decode(), parse_constant=lambda text: pytest.fail(f"{text} is not JSON"))


def raw(status: str = "200 OK", headers: str = "", body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body


CHUNKED = raw(headers="Transfer-Encoding: chunked\r\n")
ENDLESS = {
    "a body": (CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"),
    "a body until the end": (raw(), b"x" * 1024),
    "chunks of a byte": (CHUNKED, b"1\r\nx\r\n" * 1000),
    "what stands between chunks": (CHUNKED + b"1;", b"x" * 1024),
    "trailers": (CHUNKED + b"0\r\n", b"X-Trailer: x\r\n" * 100),
    "one header": (b"HTTP/1.1 200 OK\r\nX-Header: ", b"x" * 1000),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 1000 + b"\r\n"),
    "interim answers": (b"", raw("103 Early Hints")),
    "another protocol": (raw("101 Switching Protocols", "Upgrade: x\r\nConnection: upgrade\r\n"), b"x"),
    "no answer at all": (b"", b"x"),
}


@pytest.fixture
def endless() -> Iterator[Any]:
    """A backend that never stops; it is told how it begins and how it goes on."""
    listener = socket.create_server(("127.0.0.1", 0))
    script: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(script[0])
                for more in cycle(script[1:]):
                    connection.sendall(more)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            Thread(target=answer, args=(connection,), daemon=True).start()

    thread = Thread(target=serve)
    thread.start()

    def begin(first: bytes, more: bytes) -> Address:
        script[:] = [first, more]
        return Address(*listener.getsockname())

    yield begin
    listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    listener.close()


@pytest.mark.parametrize("said", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_without_an_end_is_none(endless: Any, productpage: Productpage, said: tuple[bytes, bytes]) -> None:
    """It is not read beyond its bound, so it costs neither memory nor the whole of the time."""
    address = endless(*said)
    browser = productpage(backends=dict.fromkeys(("details", "reviews", "ratings"), address), budget=60.0)

    page = browser.get("/productpage")

    assert 200 == page.status_code
    assert b'data-reviews="unavailable"' in page.data


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "reviewer": ANYTHING,
        "text": ANYTHING,
        "rating": ANYTHING
        | st.fixed_dictionaries({}, optional={"stars": ANYTHING, "color": ANYTHING, "error": ANYTHING}),
    },
)
SAID = (
    st.binary(max_size=200)
    | ANYTHING
    | st.fixed_dictionaries(
        {}, optional={"reviews": st.lists(FIELDS) | ANYTHING, "podname": ANYTHING, "clustername": ANYTHING}
    )
    | st.dictionaries(st.sampled_from(sorted(DETAILS)), ANYTHING)
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(details=SAID, said=SAID, status=st.sampled_from([200, 200, 200, 204, 299, 404, 503]))
def test_anything_a_backend_says_leaves_a_page(
    browser: FlaskClient, backend: Backend, details: object, said: object, status: int
) -> None:
    """Bytes, JSON of any shape, and what looks nearly like reviews."""
    backend.answers["details"], backend.answers["reviews"] = (status, details), (status, said)

    assert 200 == browser.get("/productpage").status_code
    for path in ("/api/v1/products/0", "/api/v1/products/0/reviews"):
        assert browser.get(path).status_code != 500 or status != 200  # 500 is for no answer at all
