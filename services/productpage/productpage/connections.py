"""One GET over a kept connection, within one time budget.

Plain sockets, and httptools (Node's parser) to read the answers: a page asks two backends at once by sending both
requests before it reads either answer, in one thread. Measured per page with instant backends, all in ms of CPU:
urllib3 in a pool of threads 1.29, `http.client` in one thread 0.82, this 0.60.
"""

from __future__ import annotations

import select
import socket
from collections import deque
from collections.abc import Mapping
from threading import Lock
from time import monotonic

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from productpage.settings import Address

LARGEST = 128 * 1024
"""Bytes of an answer, its head and interim answers included; Bookinfo's own are below 1 kB."""
LONGEST_IDLE = 4.0
"""Seconds. Less than servers wait (Node's default, 5, is the shortest), so we close before they do."""


class Unanswered(Exception):
    """No whole answer came within the budget; the message says why."""


def get(target: str, headers: Mapping[str, str]) -> bytes:
    """A GET request; `headers` name the host. Values as WSGI has them: gunicorn has refused line ends."""
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


class Pool:
    """The kept connections to one peer."""

    def __init__(self, peer: Address) -> None:
        self._peer = peer
        self._kept: deque[tuple[float, socket.socket]] = deque()  # since when; the longest idle first
        self._lock = Lock()

    def fresh(self, deadline: float) -> socket.socket:
        """A new connection."""
        connection = socket.create_connection((self._peer.host, self._peer.port), timeout=_left(deadline))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def kept(self) -> socket.socket | None:
        """A kept connection that its peer has not closed, if there is one."""
        with self._lock:
            self._drop_the_long_idle()
            while self._kept:
                _, connection = self._kept.pop()
                if _is_idle(connection):
                    return connection
                connection.close()
        return None

    def keep(self, connection: socket.socket) -> None:
        """Take back a connection whose answer has been read whole."""
        with self._lock:
            self._drop_the_long_idle()
            self._kept.append((monotonic(), connection))

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            while self._kept:
                self._kept.pop()[1].close()

    def _drop_the_long_idle(self) -> None:
        long_ago = monotonic() - LONGEST_IDLE
        while self._kept and self._kept[0][0] < long_ago:
            self._kept.popleft()[1].close()


class Exchange:
    """One GET: sent when made, read when its answer is asked for."""

    def __init__(self, pool: Pool, request: bytes, budget: float) -> None:
        self._pool = pool
        self._request = request
        self._deadline = monotonic() + budget
        kept = pool.kept()
        self._reused = kept is not None
        self._sent = self._send(kept)

    def answer(self) -> tuple[int, bytes]:
        """Status and body; raises Unanswered."""
        try:
            answer = self._receive_once_more_if_closed()
        except (OSError, HttpParserError) as error:
            raise Unanswered(str(error) or type(error).__name__) from error
        return answer.status, answer.body

    def _receive_once_more_if_closed(self) -> _Answer:
        try:
            return self._receive()
        except ConnectionError:
            if not self._reused:
                raise
        # The peer closed a kept connection just as we used it: it has not seen this GET, which a new
        # connection may carry (RFC 9110, 9.2.2). A new connection that fails has failed.
        self._sent = self._send(None)
        return self._receive()

    def _send(self, connection: socket.socket | None) -> socket.socket | OSError:
        """Over this connection, or a new one: what carries the request now, or why nothing does."""
        try:
            connection = connection or self._pool.fresh(self._deadline)
            connection.settimeout(_left(self._deadline))
            connection.sendall(self._request)
        except OSError as error:
            if connection:
                connection.close()
            return error
        return connection

    def _receive(self) -> _Answer:
        if isinstance(self._sent, OSError):
            raise self._sent
        connection = self._sent
        try:
            answer = _read(connection, self._deadline)
        except (OSError, HttpParserError):
            connection.close()
            raise
        if answer.may_be_followed:
            self._pool.keep(connection)
        else:
            connection.close()
        return answer


class _Answer:
    """An answer as far as it has arrived; httptools calls the `on_` methods."""

    def __init__(self) -> None:
        self.status = 0
        self.on_message_begin()

    @property
    def body(self) -> bytes:
        return b"".join(self._chunks)

    @property
    def may_be_followed(self) -> bool:
        """Whether another answer may come over the same connection."""
        return self._measured and not self._last

    @property
    def ends_with_the_connection(self) -> bool:
        """Whether it does not say itself where it ends."""
        return self._headed and not self._measured

    def on_message_begin(self) -> None:
        """Start afresh: an interim answer, 1xx, is followed by the real one."""
        self.complete = False
        self._headed = False
        self._measured = False
        self._last = False
        self._chunks: list[bytes] = []

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._measured = True
            case b"connection":
                self._last = value.lower() == b"close"

    def on_body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def on_message_complete(self) -> None:
        self.complete = True


def _read(connection: socket.socket, deadline: float) -> _Answer:
    """The whole answer; raises ConnectionError if the connection ended before it began."""
    answer = _Answer()
    parser = HttpResponseParser(answer)
    total = 0
    while not (answer.complete and answer.status >= 200):  # noqa: PLR2004  # below is interim
        arrived = _arrived(connection, deadline)
        if arrived:
            total += len(arrived)
            if total > LARGEST:
                raise HttpParserError(f"more than {LARGEST:,} bytes")
            try:
                parser.feed_data(arrived)
            except HttpParserUpgrade as error:
                raise HttpParserError("goes on in another protocol") from error
            answer.status = parser.get_status_code()
        elif not total:
            raise ConnectionError("closed without an answer")
        elif answer.ends_with_the_connection:
            break
        else:
            raise HttpParserError("closed in the middle of its answer")
    return answer


def _arrived(connection: socket.socket, deadline: float) -> bytes:
    """What has arrived; nothing at the end of the connection."""
    # With nothing left of the budget this still takes what is there: it came in time, we look late.
    connection.settimeout(_left(deadline))
    try:
        return connection.recv(65536)
    except BlockingIOError as error:
        raise TimeoutError("timed out") from error
    except ConnectionError:
        return b""


def _is_idle(connection: socket.socket) -> bool:
    """Whether nothing has arrived since the last answer: neither bytes nor the end."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def _left(deadline: float) -> float:
    return max(0.0, deadline - monotonic())
