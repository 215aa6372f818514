"""Backends of the suite's own: small real HTTP servers that record what they are asked and answer what they are told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from stage.frames.stand_in import DETAILS

NEVER = 60.0
"""A delay that no time budget of Bookinfo waits for."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it reached a stub; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stub says."""

    document: Any = field(default_factory=dict)
    status: int = 200
    delay: float = 0.0


Behaviour = Callable[[Received], Answer]


def details(request: Received) -> Answer:
    """As the details service answers."""
    return Answer({**DETAILS, "id": _number(request)})


def reviews(request: Received) -> Answer:
    """As reviews v1 answers: two texts and no ratings."""
    texts = {"Reviewer1": "A stub enjoyed this.", "Reviewer2": "So did another."}
    return Answer(
        {
            "id": str(_number(request)),
            "podname": "reviews-v1-stub",
            "clustername": "null",
            "reviews": [{"reviewer": reviewer, "text": text} for reviewer, text in texts.items()],
        }
    )


def ratings(request: Received) -> Answer:
    """As the ratings service answers."""
    return Answer({"id": _number(request), "ratings": {"Reviewer1": 5, "Reviewer2": 4}})


def failing(status: int) -> Behaviour:
    """Answers at once, with this status."""
    return lambda _: Answer({"error": f"a stub answered {status}"}, status=status)


def hanging(_: Received) -> Answer:
    """Answers long after everybody has stopped waiting."""
    return Answer(delay=NEVER)


def _number(request: Received) -> int:
    last = request.path.rsplit("/", 1)[-1]
    return int(last) if last.isdigit() else 0


class Stub:
    """A backend on a free port of the loopback, well behaved until it is told otherwise."""

    def __init__(self, usual: Behaviour) -> None:
        self.received: list[Received] = []
        self._usual = self._behaviour = usual
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False  # kept-alive connections would hold the end of the suite up
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def behaving(self, behaviour: Behaviour | None = None) -> Iterator[Self]:
        """Answer like this, and record afresh, until the block ends; who still hangs then is let go."""
        self.received.clear()
        self._behaviour = behaviour or self._usual
        self._released = threading.Event()
        try:
            yield self
        finally:
            self._released.set()
            self._behaviour = self._usual

    def answer(self, request: Received) -> Answer:
        """Record the request, wait as told, and say what to reply."""
        released = self._released
        self.received.append(request)
        answer = self._behaviour(request)
        released.wait(answer.delay)
        return answer

    def header(self, name: str) -> list[str | None]:
        """The values of one header in the requests received, None where it was missing."""
        return [request.headers.get(name) for request in self.received]


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = stub.answer(Received(self.command, self.path, headers))
            body = json.dumps(answer.document).encode()
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True  # the caller's time budget was shorter than our delay

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Nothing: the suite reads `received`."""

    return Handler
