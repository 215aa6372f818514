"""Backends that answer at once, so that a productpage before them is the only thing measured."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

LOOPBACK = "127.0.0.1"
REVIEWS = {
    "id": "0",
    "podname": "reviews-v3-instant",
    "clustername": "null",
    "reviews": [
        {"reviewer": "Reviewer1", "text": "At once.", "rating": {"stars": 5, "color": "red"}},
        {"reviewer": "Reviewer2", "text": "As quickly.", "rating": {"stars": 4, "color": "red"}},
    ],
}


class _Instant(asyncio.Protocol):
    """A server that answers every request head with the same bytes; the callers send no bodies."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._unread = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a server's is always a Transport

    def data_received(self, data: bytes) -> None:
        *heads, self._unread = (self._unread + data).split(b"\r\n\r\n")
        self._transport.write(self._answer * len(heads))


@contextmanager
def backend(document: Mapping[str, Any]) -> Iterator[str]:
    """Run a server that answers everything with this JSON document, and return its URL."""
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: _Instant(head.encode() + body), LOOPBACK, 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()
