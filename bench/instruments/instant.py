"""Backends that answer at once, so that a productpage before them is the only thing measured.

They share its cores, so one thread looks after all of them, by nothing but system calls.
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from platforms.loopback import LOOPBACK

REVIEWS = {
    "id": "0",
    "podname": "reviews-v3-instant",
    "clustername": "null",
    "reviews": [
        {"reviewer": "Reviewer1", "text": "At once.", "rating": {"stars": 5, "color": "red"}},
        {"reviewer": "Reviewer2", "text": "As quickly.", "rating": {"stars": 4, "color": "red"}},
    ],
}


class _Instants:
    """Servers that answer every request's head with the same bytes; the callers send no bodies."""

    def __init__(self, answers: Mapping[socket.socket, bytes]) -> None:
        """`answers` has what each listening socket's callers are told."""
        self._listening = {listener.fileno(): (listener, answer) for listener, answer in answers.items()}
        self._connections: dict[int, tuple[socket.socket, bytes]] = {}
        self._unread: dict[int, bytes] = {}

    def serve(self, until: socket.socket) -> None:
        """Answer until somebody writes to the other end of `until`."""
        with select.epoll() as ready:
            for number in (until.fileno(), *self._listening):
                ready.register(number, select.EPOLLIN)
            while True:
                for number, _ in ready.poll():
                    if number == until.fileno():
                        self._close()
                        return
                    if number in self._listening:
                        ready.register(self._accept(number), select.EPOLLIN)
                    elif not self._answered(number):
                        ready.unregister(number)  # by itself it goes only once no child of this process has it
                        self._connections.pop(number)[0].close()

    def _accept(self, number: int) -> int:
        listener, answer = self._listening[number]
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections[connection.fileno()] = connection, answer
        return connection.fileno()

    def _answered(self, number: int) -> bool:
        """Answer what has come; false for a connection that has ended."""
        connection, answer = self._connections[number]
        try:
            arrived = connection.recv(65536)
            *heads, self._unread[number] = (self._unread.get(number, b"") + arrived).split(b"\r\n\r\n")
            connection.sendall(answer * len(heads))
        except OSError:  # it was cut off
            arrived = b""
        if not arrived:
            self._unread.pop(number, None)
        return bool(arrived)

    def _close(self) -> None:
        for connection, _ in self._connections.values():
            connection.close()


@contextmanager
def backends(*documents: Mapping[str, Any]) -> Iterator[list[str]]:
    """Run servers of which each answers everything with one of these JSON documents, and return their URLs."""
    with ExitStack() as open_sockets:
        answers = {
            open_sockets.enter_context(socket.create_server((LOOPBACK, 0), backlog=128)): _answer(document)
            for document in documents
        }
        end, ended = (open_sockets.enter_context(one) for one in socket.socketpair())
        thread = threading.Thread(target=_Instants(answers).serve, args=(ended,))
        thread.start()
        try:
            yield [f"http://{LOOPBACK}:{listener.getsockname()[1]}" for listener in answers]
        finally:
            end.send(b".")
            thread.join()


def _answer(document: Mapping[str, Any]) -> bytes:
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
