"""A stand-in for an app: it says which service, version and instance it is, and what it was asked.

A program of its own, and only the standard library: it is started by its path, isolated from everything that is installed.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_OK = 200
_HOST = "127.0.0.1"


@dataclass
class StubBehaviour:
    """How it answers from now on."""

    status: int = _OK
    delay: float = 0.0


class _App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # an answer leaves as a whole
    disable_nagle_algorithm = True
    identity: dict[str, str]
    answer: StubBehaviour

    def log_message(self, *_: object) -> None:
        """Log nothing: what was asked is in the answer."""

    def __getattr__(self, name: str) -> object:
        """Answer every method alike, for the server looks for `do_GET` and its like."""
        if name.startswith("do_"):
            return self._say
        raise AttributeError(name)

    def _say(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        health = self.path == "/health"
        status = _OK if health else self.answer.status
        if not health:
            time.sleep(self.answer.delay)
        asked = {"method": self.command, "path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}
        body = json.dumps({**self.identity, **asked}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Told(socketserver.StreamRequestHandler):
    """Take a line such as {"status": 503, "delay": 0.2}, and say when it is in force."""

    def handle(self) -> None:
        told = json.loads(self.rfile.readline())
        _App.answer = StubBehaviour(int(told["status"]), float(told["delay"]))
        self.wfile.write(b"{}\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main(service: str, version: str, instance: str, port: str, control: str) -> None:
    """Answer on the port until the process is ended."""
    _App.identity, _App.answer = {"service": service, "version": version, "instance": instance}, StubBehaviour()
    Path(control).unlink(missing_ok=True)  # of a life before
    told = socketserver.ThreadingUnixStreamServer(control, _Told)
    threading.Thread(target=told.serve_forever, daemon=True).start()
    try:
        server = _Server((_HOST, int(port)), _App)
    except OSError as error:
        sys.exit(f"error: {service} {version} cannot listen on port {port} of {_HOST}: {error.strerror}")
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
