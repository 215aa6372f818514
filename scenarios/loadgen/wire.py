"""The channel to the runner: stdin and stdout, or the one connection to a port."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from gevent.os import tp_read

_CHUNK = 65536
_SILENCE_SECONDS = 180.0
"""A runner that holds the connection to a port writes more often than that."""


class Wire(Protocol):
    """Lines of text to and from the runner."""

    def lines(self) -> Iterator[bytes]:
        """The lines from the runner, until it is gone."""

    def write(self, text: str) -> None:
        """Write whole lines, in order; blocks while the runner does not read."""

    def send(self, line: dict[str, Any]) -> None: ...


class StdioWire:
    """The channel to a parent process."""

    def __init__(self) -> None:
        # Output of Locust or of other libraries must not end up among the observations.
        self._out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
        os.dup2(2, 1)

    def lines(self) -> Iterator[bytes]:
        return _lines(lambda: tp_read(0, _CHUNK))

    def write(self, text: str) -> None:
        self._out.write(text)

    def send(self, line: dict[str, Any]) -> None:
        self.write(encode(line))


class PortWire:
    """The channel to the first client of a loopback port that says a line, which is answered; there is no second one."""

    def __init__(self, port: int) -> None:
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(_SILENCE_SECONDS)
            self._accept(server)
            while not self._received():
                self._socket.close()
                self._accept(server)
        self.send({"here": "loadgen"})

    def lines(self) -> Iterator[bytes]:
        with self._socket:
            yield from _lines(self._received)

    def write(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def send(self, line: dict[str, Any]) -> None:
        self.write(encode(line))

    def _accept(self, server: socket.socket) -> None:
        self._socket, _ = server.accept()
        self._socket.settimeout(_SILENCE_SECONDS)

    def _received(self) -> bytes:
        try:
            return self._socket.recv(_CHUNK)
        except OSError:  # silence counts as the end, too
            return b""


def _lines(received: Callable[[], bytes]) -> Iterator[bytes]:
    """The whole lines of what is received, until that is nothing."""
    rest = b""
    while chunk := received():
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


def encode(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"
