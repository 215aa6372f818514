"""Backends for a test: real HTTP servers on loopback that say what the test sets."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from flask.testing import FlaskClient
from productpage.settings import Address

Rating = Callable[[int], dict[str, Any]]
"""What reviews says of so many stars."""
Productpage = Callable[..., FlaskClient]
"""Makes a browser of productpage, with settings to choose."""
Step = bytes | Callable[[socket.socket], None]
"""What a request meets: an answer, or something else done to its connection."""


def black(stars: int) -> dict[str, Any]:
    return {"stars": stars, "color": "black"}


def red(stars: int) -> dict[str, Any]:
    return {"stars": stars, "color": "red"}


def failed(_stars: int) -> dict[str, Any]:
    return {"error": "Ratings service is currently unavailable"}


DETAILS = {
    "id": 0,
    "author": "William Shakespeare",
    "year": 1595,
    "type": "paperback",
    "pages": 200,
    "publisher": "PublisherA",
    "language": "English",
    "ISBN-10": "1234567890",
    "ISBN-13": "123-1234567890",
}


def reviews(version: str, rating: Rating | None = None) -> dict[str, Any]:
    """What that version of reviews says; `rating` makes the rating of so many stars."""
    said = [("Reviewer1", "An extremely entertaining play.", 5), ("Reviewer2", "Absolutely fun.", 4)]
    return {
        "id": "0",
        "podname": f"reviews-{version}-7c9d4",
        "clustername": "null",
        "reviews": [
            {"reviewer": name, "text": text} | ({"rating": rating(stars)} if rating else {})
            for name, text, stars in said
        ],
    }


class Backend:
    """All three services in one: answers what the test sets, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {
            "details": (200, DETAILS),
            "reviews": (200, reviews("v1")),
            "ratings": (200, {"id": 0, "ratings": {"Reviewer1": 5, "Reviewer2": 4}}),
        }
        self.hanging: set[str] = set()
        self.asked: list[tuple[str, dict[str, str]]] = []
        """Target and headers (lower case) of each request, in order."""
        self._released = Event()
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two packets, and the second would wait 40 ms

            def do_GET(self) -> None:
                backend._serve(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 1024

            def handle_error(self, *_: object) -> None:
                """Say nothing of a caller that has heard enough."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self._server.server_port)

    def say(self, app: str, document: object, status: int = 200) -> None:
        self.answers[app] = (status, document)

    def asked_for(self, app: str) -> list[dict[str, str]]:
        """The headers of each request that app got."""
        return [headers for target, headers in self.asked if f"/{app}/" in target]

    def release(self) -> None:
        """Let go what hangs: it ends without an answer."""
        self.hanging = set()
        self._released.set()

    def stop(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append((request.path, {name.lower(): value for name, value in request.headers.items()}))
        app = next(app for app in self.answers if f"/{app}/" in request.path)
        if app in self.hanging:
            self._released.wait()
            request.close_connection = True
            return
        status, document = self.answers[app]
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


class Peer:
    """A backend that speaks bytes: a script of what to do with each request, connection by connection."""

    ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"type":"book"}'

    def __init__(self, *connections: list[Step]) -> None:
        """Per connection, what each request meets; then the connection is closed."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = Address("127.0.0.1", self._listener.getsockname()[1])
        self._sockets = [self._listener]
        self.asked: list[bytes] = []
        self.closed = Event()
        self._thread = Thread(target=self._serve, args=(connections,))
        self._thread.start()

    def _serve(self, connections: tuple[list[Step], ...]) -> None:
        for steps in connections:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # stopped: nobody called any more
                return
            self._sockets.append(connection)
            with connection, suppress(OSError):  # who has heard enough
                for step in steps:
                    if not (request := connection.recv(65536)):
                        break
                    self.asked.append(request)
                    step(connection) if callable(step) else connection.sendall(step)
            self.closed.set()

    def stop(self) -> None:
        for waiting in self._sockets:
            with suppress(OSError):  # closed
                waiting.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for a call, or for a question
        self._thread.join()
        self._listener.close()


def reset(connection: socket.socket) -> None:
    """Have the connection end by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
