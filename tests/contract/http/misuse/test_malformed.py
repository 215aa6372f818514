"""A request that is none gets a 4xx or the end of its connection, from every service; what one admits is named here."""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.http.harness.target import Target
from tests.contract.http.misuse.test_slow import DEADLINE, SLACK

PATIENCE = DEADLINE + SLACK
"""Seconds for a refusal: some of these seem unfinished, and are given up as such."""


def head(*lines: bytes, start: bytes = b"GET /health HTTP/1.1", body: bytes = b"") -> bytes:
    """A request for what every service has, with these header lines."""
    return b"\r\n".join((start, b"Host: x", *lines, b"", body))


def chunks(body: bytes) -> bytes:
    """A request with a body in chunks."""
    return head(b"Transfer-Encoding: chunked", body=body)


MALFORMED = {
    "a target without a path": head(start=b"GET mailto:x HTTP/1.1"),
    "a tunnel": head(start=b"CONNECT x:80 HTTP/1.1"),
    "NUL in the target": head(start=b"GET /hea\0lth HTTP/1.1"),
    "a method that is no word": head(start=b"G(T /health HTTP/1.1"),
    "no such version": head(start=b"GET /health HTTP/x"),
    "length and chunks": head(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "two lengths": head(b"Content-Length: 3", b"Content-Length: 4", body=b"abcd"),
    "one length twice": head(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"),
    "a list of lengths": head(b"Content-Length: 3, 4", body=b"abcd"),
    "a signed length": head(b"Content-Length: +3", body=b"abc"),
    "a negative length": head(b"Content-Length: -3", body=b"abc"),
    "a length in hex": head(b"Content-Length: 0x3", body=b"abc"),
    "an empty length": head(b"Content-Length: "),
    "an absurd length": head(b"Content-Length: " + b"9" * 30, body=b"abc"),
    "chunked twice": head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "an unknown coding": head(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "junk for a chunk's size": chunks(b"zz\r\nabc\r\n0\r\n\r\n"),
    "a signed chunk": chunks(b"+3\r\nabc\r\n0\r\n\r\n"),
    "a negative chunk": chunks(b"-1\r\nabc\r\n0\r\n\r\n"),
    "a chunk of no size": chunks(b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk without an end": chunks(b"3\r\nabcXX0\r\n\r\n"),
    "a space in a name": head(b"X Y: 1"),
    "a space before the colon": head(b"Content-Length : 3", body=b"abc"),
    "no colon": head(b"Xfoo"),
    "no name": head(b": foo"),
    "a folded line": head(b"X: a", b" b"),
    "NUL in a value": head(b"X: a\0b"),
    "NUL in a name": head(b"X\0: a"),
    "CR in a value": head(b"X: a\rb"),
    "bare LF": head().replace(b"\r\n", b"\n"),
    "bare LF between headers": b"GET /health HTTP/1.1\r\nHost: x\nX: y\n\n",
    "two hosts": head(b"Host: y"),
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "a version to come": head(start=b"GET /health HTTP/3.0"),
    "a head of 200 kB": head(b"X: " + b"x" * 200_000),
    "3,000 header lines": head(*(b"X%d: y" % number for number in range(3000))),
    "one header 3,000 times": head(*[b"X: y"] * 3000),
    "compressed chunks": head(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "a space after a chunk's size": chunks(b"3 \r\nabc\r\n0\r\n\r\n"),
    "an endless chunk size": chunks(b"0" * 200_000),
    "an endless chunk extension": chunks(b"3;" + b"x" * 200_000),
    "an absurd chunk": chunks(b"f" * 18 + b"\r\nabc\r\n0\r\n\r\n"),
}
CLEANED = "its parser does not show it; in the mesh, Envoy takes it and writes the request anew without it"
BOUNDED = "lawful, and bounded: the whole head has 112 kB at most; Envoy refuses more than 100 lines"
ADMITTED = {
    ("reviews", "a folded line"): CLEANED,
    ("reviews", "bare LF between headers"): CLEANED,
    ("details", "a space after a chunk's size"): CLEANED,
    ("details", "one header 3,000 times"): BOUNDED,
    ("reviews", "bare LF"): CLEANED,
}
DEPENDS = {("reviews", "bare LF")}
"""Java 21 takes it, Java 17 waits for the end of its first line until the deadline."""


@pytest.mark.better
@pytest.mark.exhaustive
def test_no_service_admits_a_malformed_request(bookinfo: Target) -> None:
    """Beyond what is admitted on purpose; and each serves the next request."""
    urls = bookinfo.one_of_each
    cases = [(app, url, what) for app, url in urls.items() for what in MALFORMED]
    if not cases:
        pytest.skip("no service can be reached by itself")

    with ThreadPoolExecutor(16) as pool:
        outcomes = zip(cases, pool.map(lambda case: outcome(case[1], MALFORMED[case[2]]), cases), strict=True)
        wrong = {(app, what): said for (app, _, what), said in outcomes if said}

    assert {} == {case: said for case, said in wrong.items() if case not in ADMITTED}
    assert set() == {case for case in ADMITTED if case[0] in urls} - DEPENDS - set(wrong), "admitted no longer"
    for url in urls.values():
        assert 200 == requests.get(f"{url}/health", timeout=PATIENCE).status_code


def outcome(url: str, request: bytes) -> str:
    """What is wrong with the answer; empty if the request was refused, or its connection ended without an answer."""
    place = urlsplit(url)
    said, ended = b"", False
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(request)
            while not ended and not wrongly(said):
                more = connection.recv(65536)
                said, ended = said + more, not more
        except TimeoutError:
            pass
        except OSError:
            ended = True
    return wrongly(said) or ("" if ended else f"the connection stays open after {said[:100]!r}")


def wrongly(said: bytes) -> str:
    """How a malformed request was answered, if it was not refused."""
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", said)]
    refused = all(400 <= status < 500 or status in (501, 505) for status in statuses)
    return "" if refused else f"answered with {statuses}"
