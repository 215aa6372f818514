"""GETs over kept connections, several at once in one thread, each within its budget: libcurl does them.

Only the waiting is ours: pycurl's own `select` knows no socket above 1023, and slow visitors alone may have as many.
"""

from __future__ import annotations

import os
import select
from array import array
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fcntl import ioctl
from socket import socket
from termios import FIONREAD

import pycurl

from productpage.settings import Address

LARGEST = 128 * 1024
"""Bytes of an answer's body; Bookinfo's own are below 1 kB."""
MOST_READ = 512 * 1024
"""Bytes of all that is sent for an answer, about: what stands between the chunks of a body libcurl reads without end."""
LONGEST_IDLE = 4
"""Seconds. Less than servers wait (Node's default, 5, is the shortest), so a request rarely meets their close."""

_EVENTS = {
    pycurl.POLL_IN: select.POLLIN,
    pycurl.POLL_OUT: select.POLLOUT,
    pycurl.POLL_INOUT: select.POLLIN | select.POLLOUT,
}
# What libcurl would send of its own accord: a name and a colon say not to.
_UNSENT = [b"accept:", b"proxy-connection:"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a GET: a whole answer, or the reason why there is none."""

    status: int = 0
    body: bytes = b""
    failure: str = ""


class Client:
    """GETs from several peers at the same time, one from each, and their connections; for one thread at a time."""

    def __init__(self, proxies: Mapping[str, Address | None], budget: float) -> None:
        """`proxies` has every peer; `budget` is for each GET, in seconds, from looking up a name to the last byte."""
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._watched = select.poll()
        self._read: dict[int, int | None] = {}  # by watched socket; None until it is ready for the first time
        self._kept: set[int] = set()
        self._bodies: dict[str, list[bytes]] = {peer: [] for peer in proxies}
        self._handles = {peer: _handle(proxy, budget, self._bodies[peer]) for peer, proxy in proxies.items()}
        self._going_on: dict[pycurl.Curl, str] = {}
        self._begun = False

    @property
    def sound(self) -> bool:
        """Tell whether the kept connections are open and silent: what one has brought, libcurl would take for an answer."""
        kept = select.poll()
        for number in self._kept:
            kept.register(number, select.POLLIN)
        return not kept.poll(0)

    def begin(self, peer: str, url: str, headers: Mapping[str, str]) -> None:
        """Have a GET begin. Values as WSGI has them: gunicorn has refused line ends."""
        handle = self._handles[peer]
        self._bodies[peer].clear()
        handle.setopt(pycurl.URL, url.encode())
        handle.setopt(pycurl.HTTPHEADER, [*_UNSENT, *(_line(name, value) for name, value in headers.items())])
        self._multi.add_handle(handle)
        self._going_on[handle] = peer
        self._begun = True

    def ended(self) -> list[tuple[str, Reply]]:
        """Wait until a GET has ended, and return what came of each that has, by peer."""
        if self._begun:
            self._begun = False
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        ended = self._ended()
        while not ended:
            ready = [number for number, _ in self._watched.poll(self._multi.timeout())]
            too_much = [number for number in ready if self._measure(number) > MOST_READ]
            for number in ready or [pycurl.SOCKET_TIMEOUT]:
                self._multi.socket_action(number, 0)
            ended = self._ended()
            if too_much:
                ended += [self._end(handle, f"more than {MOST_READ:,} bytes") for handle in self._users(too_much)]
        return ended

    def close(self) -> None:
        """Close the connections."""
        self._multi.close()

    def _ended(self) -> list[tuple[str, Reply]]:
        _, whole, failed = self._multi.info_read()
        return [
            *(self._end(handle) for handle in whole),
            *(self._end(handle, reason or f"error {number} of libcurl") for handle, number, reason in failed),
        ]

    def _end(self, handle: pycurl.Curl, failure: str = "") -> tuple[str, Reply]:
        peer = self._going_on.pop(handle)
        if failure:
            reply = Reply(failure=failure)
        else:
            reply = Reply(handle.getinfo(pycurl.RESPONSE_CODE), b"".join(self._bodies[peer]))
            if (number := handle.getinfo(pycurl.ACTIVESOCKET)) >= 0:
                self._kept.add(number)
        self._multi.remove_handle(handle)
        return peer, reply

    def _watch(self, what: int, number: int, _multi: pycurl.CurlMulti, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._watched.unregister(number)
            del self._read[number]
        else:
            self._watched.register(number, _EVENTS[what])
            self._read.setdefault(number)

    def _measure(self, number: int) -> int:
        """Bytes that have come to a socket; without those of the first time it is ready, which are a sound answer's."""
        before = self._read[number]
        self._read[number] = read = 0 if before is None else before + _unread(number)
        return read

    def _users(self, numbers: Collection[int]) -> list[pycurl.Curl]:
        """Find the transfers that still use these sockets."""
        ports = set()
        for number in self._read.keys() & numbers:
            with socket(fileno=os.dup(number)) as used:
                ports.add(used.getsockname()[1])
        return [handle for handle in self._going_on if handle.getinfo(pycurl.LOCAL_PORT) in ports]


def _handle(proxy: Address | None, budget: float, body: list[bytes]) -> pycurl.Curl:
    handle = pycurl.Curl()
    for option, value in {
        pycurl.PROTOCOLS: pycurl.PROTO_HTTP,
        pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
        pycurl.PROXY: f"http://{proxy}".encode() if proxy else "",  # empty: none, whatever the environment says
        pycurl.NOPROXY: "",
        pycurl.PATH_AS_IS: True,  # ".." is a product like any other
        pycurl.USERAGENT: "",
        pycurl.TIMEOUT_MS: round(budget * 1000),
        pycurl.MAXFILESIZE: LARGEST,
        pycurl.BUFFERSIZE: 4096,  # every thread has a client
        pycurl.MAXAGE_CONN: LONGEST_IDLE,
        pycurl.DNS_CACHE_TIMEOUT: 0,  # who has moved is found by the next connection
        pycurl.NOSIGNAL: True,  # signals are the main thread's
        pycurl.WRITEFUNCTION: body.append,
    }.items():
        handle.setopt(option, value)
    return handle


def _line(name: str, value: str) -> bytes:
    # An empty value stands behind a semicolon: behind a colon it would mean no such header.
    return f"{name}: {value}".encode("latin-1") if value else f"{name};".encode()


def _unread(number: int) -> int:
    """The number of bytes that nobody has read yet; none at what is no socket, by which libcurl hears of a name."""
    count = array("i", [0])
    with suppress(OSError):
        ioctl(number, FIONREAD, count)
    return count[0]
