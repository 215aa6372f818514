"""Where orders come from and answers go to: stdin and stdout, or the one connection to a port."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from typing import Any, Protocol

from gevent.os import tp_read

_SILENCE = 180.0
"""Whoever holds the connection to a port gives a sign of life more often than that."""


class Wire(Protocol):
    """Lines of text to and from whoever gives the orders."""

    def lines(self) -> Iterator[bytes]:
        """What is said to us, until nobody is there any more."""

    def write(self, text: str) -> None:
        """Whole lines, in order; waits while nobody reads."""

    def say(self, line: dict[str, Any]) -> None: ...


class Stdio:
    """The parent process."""

    def __init__(self) -> None:
        # What Locust or anything else prints must not end up among the observations.
        self._out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
        os.dup2(2, 1)

    def lines(self) -> Iterator[bytes]:
        rest = b""
        while chunk := tp_read(0, 65536):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole

    def write(self, text: str) -> None:
        self._out.write(text)

    def say(self, line: dict[str, Any]) -> None:
        self.write(encoded(line))


class Connection:
    """The first who connects to a port of this machine's loopback, and nobody after."""

    def __init__(self, port: int) -> None:
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(_SILENCE)
            self._socket, _ = server.accept()
        self._socket.settimeout(_SILENCE)
        self.say({"here": "visitors"})

    def lines(self) -> Iterator[bytes]:
        rest = b""
        while chunk := self._received():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole

    def write(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def say(self, line: dict[str, Any]) -> None:
        self.write(encoded(line))

    def _received(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except OSError:  # silence counts as an end, too
            return b""


def encoded(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"
