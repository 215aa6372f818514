"""A proxy before the gateway that changes pages, as if another image had made them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3

_TIMEOUT_SECONDS = 30.0
_CONNECTIONS = 64
_REQUEST_HEADERS = ("Cookie", "Content-Type", "Accept-Encoding", "tracestate")
_RESPONSE_HEADERS = ("Content-Type", "Location", "Set-Cookie")


class RewritingProxy:
    """Listens on loopback until it is closed, forwards requests to the gateway, and rewrites the answers."""

    def __init__(self, gateway_url: Callable[[], str], rewritten: Callable[[str], str]) -> None:
        pool = urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False, maxsize=_CONNECTIONS)

        class Handler(_Handler):
            def answer(self, body: bytes | None) -> urllib3.BaseHTTPResponse:
                headers = {name: self.headers[name] for name in _REQUEST_HEADERS if name in self.headers}
                url = f"{gateway_url()}{self.path}"
                return pool.request(self.command, url, body=body, headers=headers, redirect=False)

            def page(self, text: str) -> str:
                return rewritten(text)

        self._pool = pool
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._pool.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = _CONNECTIONS

    def handle_error(self, *_: object) -> None:
        """Stay silent: the client sees that the connection broke."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: apart, Nagle's algorithm makes every page 40 ms slower

    def answer(self, body: bytes | None) -> urllib3.BaseHTTPResponse:
        raise NotImplementedError

    def page(self, text: str) -> str:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._forward(None)

    def do_POST(self) -> None:
        self._forward(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def log_message(self, *_: object) -> None:
        """Stay silent: the gateway has a log of its own."""

    def _forward(self, body: bytes | None) -> None:
        answer = self.answer(body)
        page = self.page(answer.data.decode(errors="replace")).encode()
        self.send_response(answer.status)
        for name in _RESPONSE_HEADERS:
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
