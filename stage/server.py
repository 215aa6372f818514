"""A listener of the stage: a thread for each connection, and little in the kernel's buffers.

Not gunicorn, which serves productpage: it forks workers, and the state of the stage is one object of one process; and a stream
would hold one of its pool's threads for as long as a browser is open (docs/decisions/0012).
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from platforms.errors import NotReachable

_STALLED_SECONDS = 30.0
_POLL_SECONDS = 0.05
_SEND_BUFFER = 64 * 1024
"""Bytes in the kernel for a browser that does not read: a few pictures, and not the minutes that its default would hold."""


class _Handler(WSGIRequestHandler):
    """One connection, which ends when its browser has not taken anything, or said anything, for a while."""

    timeout = _STALLED_SECONDS

    def setup(self) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        super().setup()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """Write nothing: the terminal of a talk has better things to say."""


class Listener:
    """A server that listens from the beginning, and answers for as long as the block."""

    def __init__(self, host: str, port: int) -> None:
        """Take the port, 0 for any that is free; raises NotReachable where somebody else has it."""
        self._socket = _bound(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._server: BaseWSGIServer | None = None

    def serve(self, app: Any) -> Self:
        """Answer with this application, in threads of its own."""
        self._server = make_server(
            self.host, self.port, app, threaded=True, request_handler=_Handler, fd=self._socket.fileno()
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # of ThreadingMixIn
        threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name=f"listener-{self.port}", daemon=True
        ).start()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._socket.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise NotReachable(
            f"{host}:{port}: cannot listen there: {(error.strerror or str(error)).lower()}; --port names another"
        ) from error
    return listening
