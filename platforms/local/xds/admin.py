"""Questions to the admin interfaces of all proxies at once."""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Collection
from pathlib import Path

from platforms.envoy.topology import Topology
from platforms.loopback import LOOPBACK

log = logging.getLogger(__name__)

_ANSWER_SECONDS = 1.0


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, *, timeout: float) -> None:
        super().__init__(LOOPBACK, timeout=timeout)  # the Host header of every question
        self._path = str(path)

    def connect(self) -> None:
        """Open the socket; raises OSError where nobody listens."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(self._path)
        except OSError:
            self.close()
            raise


class Admins:
    """A kept-alive connection to every proxy's admin interface."""

    def __init__(self, topology: Topology) -> None:
        self._connections = {
            proxy: _SocketConnection(topology.admin_socket(proxy), timeout=_ANSWER_SECONDS)
            for proxy in topology.proxies
        }

    def ask(self, path: str, proxies: Collection[str] | None = None) -> dict[str, str | None]:
        """Each proxy's answer; None where there is none. All are asked before the first answer is read."""
        asked = [proxy for proxy in self._connections if proxies is None or proxy in proxies]
        sent = {proxy: self._send(proxy, path) for proxy in asked}
        answers = {proxy: self._receive(proxy) if sent[proxy] else None for proxy in asked}
        for proxy, answer in answers.items():
            log.debug("proxy of %s: GET %s, %s", proxy, path, f"{len(answer):,} characters" if answer else "no answer")
        return answers

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _send(self, proxy: str, path: str) -> bool:
        connection = self._connections[proxy]
        for _ in range(2):  # the proxy may have been restarted since the last question
            try:
                connection.request("GET", path)
            except (OSError, http.client.HTTPException):
                connection.close()
            else:
                return True
        return False

    def _receive(self, proxy: str) -> str | None:
        try:
            return self._connections[proxy].getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            self._connections[proxy].close()
            return None
