"""Files of the web, from real servers that behave and misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from platforms.errors import UsageError
from platforms.istio.reading import files, urls

RULE = b"apiVersion: v1\nkind: Any\nmetadata: {name: any}\n"

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server on loopback that answers so, as the URL of a file of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/rules.yaml"
    finally:
        server.shutdown()
        server.server_close()


def file(data: bytes, *, status: int = 200, kind: str = "text/plain") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.end_headers()
        with contextlib.suppress(OSError):  # who asks has heard enough
            request.wfile.write(data)

    return answer


def moved(request: BaseHTTPRequestHandler) -> None:
    """Once elsewhere, as raw addresses do."""
    if request.path == "/elsewhere":
        file(RULE)(request)
        return
    request.send_response(302)
    request.send_header("Location", "/elsewhere")
    request.end_headers()


def in_circles(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", request.path)
    request.end_headers()


def cut_off(request: BaseHTTPRequestHandler) -> None:
    """Half of what was promised."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(RULE)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    with contextlib.suppress(OSError):
        while True:
            request.wfile.write(b"a" * 65536)


@pytest.mark.parametrize("answer", [file(RULE), moved])
def test_a_url_is_read_as_a_file(answer: Answer) -> None:
    """It is named in messages as it was given."""
    with serving(answer) as url:
        assert [(url, RULE.decode())] == list(files.texts([url]))
        assert "" == files.told(url)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (file(b"", status=404), "cannot be read: HTTP 404 Not Found$"),
        (file(b"<html>", kind="text/html; charset=utf-8"), "a web page and no file; on GitHub, take the address"),
        (in_circles, "cannot be read: it leads round in circles$"),
        (cut_off, "cannot be read: the connection broke$"),
        (endless, "larger than 3 MB, which a cluster does not accept$"),
        (file(b"\xff"), "not valid UTF-8$"),
    ],
    ids=["nothing", "a web page", "circles", "half", "without end", "no text"],
)
def test_what_cannot_be_read(answer: Answer, complaint: str) -> None:
    """One line that begins with the URL."""
    with serving(answer) as url, pytest.raises(UsageError, match=f"^{url}: {complaint}"):
        list(files.texts([url]))


def test_nobody_is_there() -> None:
    """In the words of the system."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # so that nobody else listens there
        with pytest.raises(UsageError, match=r"cannot be read: Connection refused$"):
            urls.read(f"http://127.0.0.1:{nobody.getsockname()[1]}/a.yaml", 10)


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while, which the message says."""
    waiting = threading.Event()
    monkeypatch.setattr(urls, "_SILENT_SECONDS", 0.1)
    with serving(lambda _: (waiting.wait(30), None)[1]) as url:
        with pytest.raises(UsageError, match=r"no answer within 0\.1 s"):
            urls.read(url, 10)
        waiting.set()


def test_a_server_that_says_it_by_drops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a drop of it comes."""
    monkeypatch.setattr(urls, "_LONGEST_SECONDS", -1.0)
    with serving(file(b"a" * 100_000)) as url, pytest.raises(UsageError, match="not all of it came within"):
        urls.read(url, 1_000_000)


@pytest.mark.parametrize("url", ["http://", "http://[", "https://:x/"])
def test_what_is_no_url(url: str) -> None:
    """Neither a traceback nor the words of a library."""
    with pytest.raises(UsageError, match="cannot be read: not a URL"):
        urls.read(url, 10)
