"""A stage in a process of its own, spoken to as a browser speaks to it: for tests, figures and pictures."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess  # noqa: TID251  # the stage is a command
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from platforms.environment import ROOT
from platforms.errors import NotReachable
from platforms.loopback import free_port

Picture = dict[str, Any]

_PATIENCE = 60.0
"""Seconds for an answer, and for an end."""
_PRINTED_URL = re.compile(r"\bhttp://\S+")
_TOKEN = re.compile(r'<meta name="token" content="([^"]+)">')


class Staged:
    """A stage that is up."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        self._place = urlsplit(url).netloc

    def pictures(self) -> Generator[tuple[int, Picture]]:
        """Yield the pictures as they come, each with the moment in milliseconds when it was there."""
        with closing(self._connect()) as connection:
            connection.request("GET", "/stream")
            answer = connection.getresponse()
            while line := answer.readline():
                if line.startswith(b"data: "):
                    yield time.time_ns() // 1_000_000, json.loads(line.removeprefix(b"data: "))

    def picture(self) -> Picture:
        """Return the newest picture."""
        with closing(self.pictures()) as pictures:
            return next(pictures)[1]

    def ask(self, name: str, /, **body: Any) -> Mapping[str, Any]:
        """Ask for an action, and return the answer; raises NotReachable with the reason where it is refused."""
        headers = {
            "Content-Type": "application/json",
            "Origin": f"http://{self._place}",
            "X-Stage-Token": self._token(),
        }
        status, text = self._fetch("POST", f"/do/{name}", json.dumps(body), headers)
        answer: dict[str, Any] = json.loads(text)
        if status != http.client.OK:
            raise NotReachable(f"{name}: {answer.get('error')}")
        return answer

    def _token(self) -> str:
        _, page = self._fetch("GET", "/")
        found = _TOKEN.search(page)
        if found is None:
            raise NotReachable(f"{self.url}: there is no token in the page")
        return found[1]

    def _fetch(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        with closing(self._connect()) as connection:
            connection.request(method, path, body.encode(), dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._place, timeout=_PATIENCE)


@contextmanager
def staged(*arguments: str, port: int = 0, environment: Mapping[str, str] | None = None) -> Iterator[Staged]:
    """Start a stage, on a free port unless one is given; after the block it has ended. Raises NotReachable with its words."""
    command = [sys.executable, "-m", "stage", "--port", str(port or free_port()), *arguments]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        try:
            yield Staged(process, _url(process, complaints))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _url(process: subprocess.Popen[str], complaints: Any) -> str:
    """Wait for the line with the URL."""
    for line in process.stdout or ():
        if found := _PRINTED_URL.search(line):
            return found[0]
    process.wait()
    complaints.seek(0)
    raise NotReachable(f"python -m stage: {complaints.read().strip() or f'exit code {process.returncode}'}")
