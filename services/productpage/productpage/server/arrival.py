"""The arrival of a request: when it is whole, and when it is not worth waiting for."""

from __future__ import annotations

import random
import re
import time

ARRIVAL_SECONDS = 15.0
"""From the first byte of a request to its last, and up to _SPREAD_SECONDS more; so long a closed connection is drained.

Not less: an unfinished request that is refused is a stream that a proxy resets, and HTTP/2 in Envoy (nghttp2) ends a connection, with
every page on it, that has more than 33 resets a second for some time. Of 500 unfinished bodies at a time, 28 a second are refused.
"""
_SPREAD_SECONDS = 5.0
"""What came in one moment does not end in one: a thousand refusals at once would hold up everybody's proxy."""
LARGEST = 64 * 1024
"""Bytes of a request, head and body; Envoy lets pass heads of 60 kB, and the application bodies of 16."""

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*(?=\r|$)", re.IGNORECASE)
_CODING = re.compile(rb"\r\ntransfer-encoding:[ \t]*([^\r]*)", re.IGNORECASE)
_HOST = re.compile(rb"^[^\r]* HTTP/1\.0\r|\r\nhost:", re.IGNORECASE)


class Refused(Exception):
    """A request that its reader would wait for in vain, or take; the argument is the status."""

    @property
    def status(self) -> int:
        """The answer that it gets."""
        return int(self.args[0])


def missing(arrived: bytes) -> bool:
    """Tell whether a request has not arrived whole; one that makes no sense has, and is refused by its reader.

    Raises Refused for one that is too large, and for what gunicorn would find only after its answer, or not at all.
    """
    head, ended, body = arrived.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    needed = int(length[1]) if length and ended else 0
    if len(head) + max(needed, len(body)) > LARGEST:
        raise Refused(413)
    if not ended:
        return True
    if not _HOST.search(head + b"\r"):
        raise Refused(400)
    if coding := _CODING.search(head):
        if b"," in coding[1]:
            raise Refused(501)
        return _misses_a_chunk(body)
    return len(body) < needed


def _misses_a_chunk(body: bytes) -> bool:
    position = 0
    while (line_end := body.find(b"\r\n", position)) >= 0:
        size = re.fullmatch(rb"([0-9a-fA-F]+)(;.*)?", body[position:line_end], re.DOTALL)
        if not size:
            raise Refused(400)
        if not int(size[1], 16):
            return b"\r\n\r\n" not in body[line_end:]
        position = line_end + 2 + int(size[1], 16) + 2
        if position > LARGEST:
            raise Refused(413)
        if not b"\r\n".startswith(body[position - 2 : position]):
            raise Refused(400)
    return True


def deadline() -> float:
    """The time by which what begins now must have come to its end."""
    return time.monotonic() + ARRIVAL_SECONDS + random.uniform(0, _SPREAD_SECONDS)  # noqa: S311  # dice, not secrets
