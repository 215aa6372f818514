"""Backends that answer at once: to whom, and how often."""

from __future__ import annotations

import socket
from io import BufferedReader
from urllib.parse import urlsplit

from bench.instruments import instant
from tests.ask import ask


def test_each_says_its_own() -> None:
    with instant.backends({"id": 1}, {"id": 2}) as urls:
        said = [ask("GET", f"{url}/details/0").json() for url in urls]

    assert [{"id": 1}, {"id": 2}] == said


def test_every_head_has_an_answer_however_it_arrives() -> None:
    with (
        instant.backends({}) as (url,),
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as caller,
    ):
        answers = caller.makefile("rb")
        heads = b"GET / HTTP/1.1\r\n\r\n" * 3
        caller.sendall(heads[:-3])
        first = [_status(answers) for _ in range(2)]
        caller.sendall(heads[-3:])

        assert [b"HTTP/1.1 200 OK\r\n"] * 3 == [*first, _status(answers)]


def test_others_are_answered_when_one_has_gone() -> None:
    with instant.backends({}) as (url,):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)).close()

        assert ask("GET", url).status == 200
        assert ask("GET", url).status == 200


def _status(answers: BufferedReader) -> bytes:
    """Read one whole answer, and return its first line."""
    head = [answers.readline() for _ in range(4)]
    answers.read(2)
    return head[0]
