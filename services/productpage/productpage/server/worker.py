"""A gunicorn worker whose threads get only requests that have arrived whole.

Gunicorn's own gives a thread to a connection with its first byte, and the thread waits for the rest: as many slow senders as
there are threads, and nobody else gets a page. Here the main loop waits, with one deadline for head and body together.
What is on its way is looked at where it lies, in the kernel's buffer; a thread reads what was taken from there, and finds the
end of the connection behind it: whatever a request says of its length, no thread waits for more.
"""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import time
from bisect import insort
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from operator import attrgetter
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from productpage.server.arrival import LARGEST, Refused, deadline, missing

_ANSWER_SECONDS = 10.0
_MOST_DRAINED = 1024 * 1024
_CLOSE_WAIT = 8
"""The state of a connection whose peer sends no more (Linux, tcp_states.h)."""

_HEALTH = re.compile(rb"(?:GET|HEAD) /health[ ?]")
_REFUSALS = {
    400: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    408: b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    413: b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    501: b"HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
}


class Inbox:
    """What a connection has brought for its threads; gunicorn reads it as a socket."""

    def __init__(self) -> None:
        self.unread = b""

    def recv(self, size: int) -> bytes:
        """Return what is there, nothing at its end."""
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken


class Client(socket.socket):
    """A client's connection, which waits for no more than a time until its answer is taken."""

    _waits_for = 1

    def wait_for(self, size: int) -> None:
        """Be readable once so many bytes are there."""
        if size != self._waits_for:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
            self._waits_for = size

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all at once where there is room, as there is for everybody who reads; raises TimeoutError for others."""
        try:
            sent = self.send(data, flags | socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self.settimeout(_ANSWER_SECONDS)
            super().sendall(memoryview(data)[sent:], flags)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's worker with threads, which wait for backends and never for clients."""

    _next_sign = 0.0

    def init_process(self) -> None:
        """Keep a thread for the health check: when all others wait for a backend, the service is alive all the same."""
        self.health_pool = ThreadPoolExecutor(max_workers=1)
        super().init_process()

    def notify(self) -> None:
        """Tell the arbiter that this worker is alive, once in a second and not for every event."""
        now = time.monotonic()
        if now >= self._next_sign:
            self._next_sign = now + 1
            super().notify()

    def enqueue_req(self, conn: TConn) -> None:
        """Have a thread answer."""
        pool = self.health_pool if _HEALTH.match(_read_ahead(conn)) else self.tpool
        answering = pool.submit(self.handle, conn)
        answering.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait for its first request as for every other."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ECONNABORTED):
                return
            raise
        self.nr_conns += 1
        client = Client(fileno=client.detach())
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.data_ready = True  # when a thread gets it
        conn.inbox = Inbox()
        conn.parser = get_parser(self.cfg, conn.inbox, address)
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        self.poller.register(client, EVENT_READ, partial(self.on_client_socket_readable, conn))

    def on_client_socket_readable(self, conn: TConn, client: Client) -> None:
        """Give a thread to a request that is there; of another, wait for the rest."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._give_or_wait(conn)

    def on_pending_socket_readable(self, conn: TConn, client: Client) -> None:
        """See whether the rest has come; the deadline stays."""
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._give_or_wait(conn, until=conn.timeout)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Keep the connection for its next request, part of which may be here, or close it."""
        kept = not fs.cancelled() and fs.exception() is None and fs.result()
        if not kept:
            self._linger(conn)
        elif _read_ahead(conn):
            self._give_or_wait(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Refuse what did not arrive in time."""
        while self.pending_conns and self.pending_conns[0].timeout <= time.monotonic():
            conn = self.pending_conns.popleft()
            self.poller.unregister(conn.sock)
            if getattr(conn, "drained", None) is None:
                _send(conn, 408)
            self._close(conn)

    def _give_or_wait(self, conn: TConn, until: float | None = None) -> None:
        read = _read_ahead(conn)
        try:
            waiting = conn.sock.recv(LARGEST + 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            waiting = None
        except OSError:
            waiting = b""
        if waiting == b"" and not read:
            self._close(conn)
            return
        try:
            incomplete = waiting != b"" and missing(read + (waiting or b""))
        except Refused as refused:
            self._refuse(conn, refused.status)
            return
        if incomplete and _peer_has_finished(conn.sock):  # the poller would wake up for it again and again
            self._refuse(conn, 400)
            return
        if incomplete:
            conn.sock.wait_for(len(waiting or b"") + 1)
            conn.timeout = until or deadline()
            self.wait(conn, self.on_pending_socket_readable)
        else:
            conn.sock.wait_for(1)
            conn.inbox.unread += conn.sock.recv(len(waiting)) if waiting else b""
            self.enqueue_req(conn)

    def _refuse(self, conn: TConn, status: int) -> None:
        _send(conn, status)
        self._linger(conn)

    def wait(self, conn: TConn, callback: Any) -> None:
        """Have the connection looked after until its time is over; whose time is over first stands first."""
        insort(self.pending_conns, conn, key=attrgetter("timeout"))
        self.poller.register(conn.sock, EVENT_READ, partial(callback, conn))

    def _linger(self, conn: TConn) -> None:
        """Close once the peer has, or what it still sends would cut off the answer (RFC 9112, 9.6); no thread waits."""
        try:
            conn.sock.settimeout(0)
            conn.sock.wait_for(1)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        conn.drained = 0
        conn.timeout = deadline()
        self.wait(conn, self._drain)

    def _drain(self, conn: TConn, client: Client) -> None:
        try:
            arrived = client.recv(LARGEST)
        except BlockingIOError:
            return
        except OSError:
            arrived = b""
        conn.drained += len(arrived)
        if not arrived or conn.drained > _MOST_DRAINED:
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()


def _read_ahead(conn: TConn) -> bytes:
    """The beginning of the next request, taken from the socket already."""
    read: bytes = conn.parser.unreader.buf.getvalue() + conn.inbox.unread
    return read


def _peer_has_finished(client: Client) -> bool:
    """Return whether no more will come than lies in the kernel's buffer."""
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _CLOSE_WAIT


def _send(conn: TConn, status: int) -> None:
    with contextlib.suppress(OSError):
        conn.sock.send(_REFUSALS[status])
