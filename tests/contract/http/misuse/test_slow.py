"""A request has one deadline to arrive, head and body together, however often a byte of it comes."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.http.harness.target import Target

DEADLINE = 20.0
"""Seconds of productpage; the others give 10."""
SLACK = 40.0
"""For a busy machine; it is waited for in vain only if a service does not give up."""
CROWD = 400
BEGUN = {
    "a head": b"GET /health HTTP/1.1\r\nHost: x\r\nX: ",
    "a body": b"POST /ratings/0 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
}


@pytest.mark.better
@pytest.mark.exhaustive
def test_a_request_by_drops_is_given_up(bookinfo: Target) -> None:
    """All four services answer 408, or close, or refuse it right away; nobody waits for ever."""
    urls = {"productpage": bookinfo.productpage, "details": bookinfo.details, "ratings": bookinfo.ratings}
    urls |= {f"reviews {version}": url for version, url in bookinfo.reviews.items()}
    cases = [(name, url, what) for name, url in urls.items() if url for what in BEGUN]
    if not cases:
        pytest.skip("no service can be reached by itself")

    with ThreadPoolExecutor(len(cases)) as pool:
        took = dict(
            zip([(name, what) for name, _, what in cases], pool.map(lambda one: drip(*one[1:]), cases), strict=True)
        )

    assert {} == {case: seconds for case, seconds in took.items() if seconds is None}


@pytest.mark.better
def test_unfinished_requests_keep_nobody_out(bookinfo: Target) -> None:
    """More of them than any service has threads, and yet the next visitor gets an answer on a new connection."""
    if not bookinfo.one_of_each:
        pytest.skip("no service can be reached by itself")

    for url in bookinfo.one_of_each.values():
        place = urlsplit(url)
        with ExitStack() as crowd:
            for begun, _ in zip(cycle(BEGUN.values()), range(CROWD), strict=False):
                connection = crowd.enter_context(socket.create_connection((place.hostname, place.port)))
                connection.sendall(begun)

            assert 200 == requests.get(f"{url}/health", timeout=DEADLINE + SLACK).status_code, url


def drip(url: str, what: str) -> float | None:
    """How long a service took a byte every half second; None if it did not stop."""
    place = urlsplit(url)
    began = time.monotonic()
    with socket.create_connection((place.hostname, place.port), timeout=0.5) as connection:
        try:
            connection.sendall(BEGUN[what])
            for byte in cycle(b"x"):
                if time.monotonic() - began > DEADLINE + SLACK:
                    return None
                try:
                    connection.recv(1000)  # an answer, or the end
                    break
                except TimeoutError:
                    connection.sendall(bytes([byte]))
        except OSError:
            pass
    return time.monotonic() - began
