"""A package index on this machine, with wheels of a test's own."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import stat
import threading
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

USER, PASSWORD = "reader", "let-me-in"


class Index:
    """What is on the index, who asked it, and what it never answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.clients: set[str] = set()
        """The programs that asked, by their user agents' first word."""
        self.held_back = ""
        """The beginning of the name of a file that is not sent before `release` is set."""
        self.asked = threading.Event()
        """Set once the file that is held back was asked for."""
        self.release = threading.Event()

    def add(self, name: str, files: Mapping[str, str], *, version: str = "1.0") -> str:
        """Put a wheel there; returns the line that pins it."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{name}-{version}-py3-none-any.whl"
        described = {
            **files,
            f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{name}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = f"{name}-{version}.dist-info/RECORD"
        with zipfile.ZipFile(path, "w") as wheel:
            for inside, text in (*described.items(), (record, "".join(f"{one},,\n" for one in (*described, record)))):
                entry = zipfile.ZipInfo(inside)
                entry.external_attr = (stat.S_IFREG | 0o755) << 16  # a script among them is to be run
                wheel.writestr(entry, text)
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Index]:
    """An index that asks for a password."""
    index = Index(folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(index)) as server:
        index.url = f"http://{USER}:{PASSWORD}@127.0.0.1:{server.server_port}/simple"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield index
        finally:
            index.release.set()
            server.shutdown()
            thread.join()


def _handler(index: Index) -> type[http.server.BaseHTTPRequestHandler]:
    allowed = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            index.clients.add(self.headers.get("User-Agent", "").partition("/")[0])
            name = self.path.rstrip("/").rpartition("/")[2]
            if self.headers.get("Authorization") != allowed:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif (file := index.folder / name).suffix == ".whl":
                if index.held_back and name.startswith(index.held_back):
                    index.asked.set()
                    index.release.wait()
                self._answer(file.read_bytes(), "application/octet-stream")
            else:
                links = "".join(f'<a href="/{one.name}">{one.name}</a>\n' for one in index.folder.glob(f"{name}-*.whl"))
                self._answer(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html")

        do_HEAD = do_GET  # noqa: N815  # as above

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                with contextlib.suppress(OSError):  # who asked has been ended
                    self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler
