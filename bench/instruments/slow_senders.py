"""Requests that never finish: `python -m bench.instruments.slow_senders URL CONNECTIONS SECONDS`.

A third of the connections send an unfinished head, a third a head and an unfinished body, and a third a byte every few
seconds of the one or the other. One that is answered or closed is opened again, within a bound. A program of its own, with
the lowest priority, so that what is measured meanwhile is what the connections cost, not what it costs to hold them.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess  # noqa: TID251  # itself, as a program of its own
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import click

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand

DROP_SECONDS = 4.0
OPENINGS = 20
"""The most connections that are opened, as a multiple of those that are held."""
_LOWEST_PRIORITY = 19
_HEAD = b"GET /productpage HTTP/1.1\r\nHost: slow\r\nX: "
_BODY = (
    b"POST /login HTTP/1.1\r\nHost: slow\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nu"
)
Kind = tuple[bytes, bool]
"""The first bytes of a connection, and whether more follow one by one."""
_KINDS: tuple[Kind, ...] = (
    (_HEAD, False),
    (_BODY, False),
    (_HEAD, True),
    (_HEAD, False),
    (_BODY, False),
    (_BODY, True),
)


@dataclass(slots=True)
class ConnectionResult:
    """The outcome of the connections."""

    opened: int = 0
    most_open: int = 0
    """The most connections that were open at the same time, their first bytes sent."""
    ended: dict[str, int] = field(default_factory=dict)
    """By the status of the answer, or `closed`."""


@dataclass(eq=False, slots=True)
class _Sender:
    connection: socket.socket
    kind: Kind
    due: float = 0.0
    open: bool = False

    @classmethod
    def opened(cls, place: tuple[str, int], kind: Kind) -> Self:
        connection = socket.socket()
        connection.settimeout(0)
        connection.connect_ex(place)
        return cls(connection, kind)

    def fileno(self) -> int:
        return self.connection.fileno()

    def send(self, what: bytes) -> bool:
        """Send, and return whether everything went out."""
        try:
            return self.connection.send(what) == len(what)
        except OSError:
            return False


class SlowConnections:
    """A number of open connections, each with an unfinished request."""

    def __init__(self, place: tuple[str, int], connections: int) -> None:
        self.sent = ConnectionResult()
        self._place = place
        self._connections = connections
        self._selector = selectors.DefaultSelector()
        self._dripping: deque[_Sender] = deque()
        self._open = 0

    def __enter__(self) -> Self:
        for kind in islice(cycle(_KINDS), self._connections):
            self._add(kind)
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.connection.close()  # type: ignore[union-attr]
        self._selector.close()

    def hold(self, seconds: float) -> None:
        """Reopen what ends and send further bytes, for so many seconds."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            due = self._dripping[0].due if self._dripping else end
            for key, events in self._selector.select(max(0.0, min(due, end) - now)):
                self._go_on(key.fileobj, events)  # type: ignore[arg-type]
            self._drip(time.monotonic())

    def _add(self, kind: Kind) -> None:
        if self.sent.opened < OPENINGS * self._connections:
            self.sent.opened += 1
            self._selector.register(_Sender.opened(self._place, kind), selectors.EVENT_WRITE)

    def _go_on(self, sender: _Sender, events: int) -> None:
        begun, drips = sender.kind
        if events & selectors.EVENT_WRITE and sender.send(begun):
            self._selector.modify(sender, selectors.EVENT_READ)
            sender.open = True
            self._open += 1
            self.sent.most_open = max(self.sent.most_open, self._open)
            if drips:
                self._drip_later(sender)
        else:
            self._end(sender)

    def _end(self, sender: _Sender) -> None:
        try:
            answer = sender.connection.recv(1000).split(b" ")
        except OSError:
            answer = []
        how = answer[1].decode() if len(answer) > 1 else "closed"
        self.sent.ended[how] = self.sent.ended.get(how, 0) + 1
        self._selector.unregister(sender)
        sender.connection.close()
        self._open -= sender.open
        sender.open = False
        self._add(sender.kind)

    def _drip(self, now: float) -> None:
        while self._dripping and self._dripping[0].due <= now:
            sender = self._dripping.popleft()
            if sender.open and sender.send(b"x"):
                self._drip_later(sender)

    def _drip_later(self, sender: _Sender) -> None:
        sender.due = time.monotonic() + DROP_SECONDS
        self._dripping.append(sender)


def send(url: str, connections: int, seconds: int) -> ConnectionResult:
    """Hold connections to this URL for so many seconds, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, url, str(connections), str(seconds)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        check=True,
    )
    return ConnectionResult(**json.loads(done.stdout))


@click.command(cls=TitledCommand, help=__doc__)
@click.argument("url")
@click.argument("connections", type=int)
@click.argument("seconds", type=int)
def slow_senders(url: str, connections: int, seconds: int) -> None:
    os.nice(_LOWEST_PRIORITY)
    place = urlsplit(url)
    with SlowConnections((str(place.hostname), place.port or 80), connections) as senders:
        senders.hold(seconds)
    print(json.dumps(asdict(senders.sent)))


if __name__ == "__main__":
    sys.exit(command_line.main(slow_senders, "python -m bench.instruments.slow_senders"))
