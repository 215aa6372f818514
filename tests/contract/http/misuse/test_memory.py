"""What a backend says costs productpage no memory that stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle, repeat
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import psutil
import pytest
import requests

from bench.standalone import StandaloneServices
from platforms.loopback import LOOPBACK

ROUNDS = 40
MOST_GROWTH = 12 * 1024
"""kB of all processes together; one endless answer kept would be more."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
MANY = json.dumps({"reviews": [{"reviewer": "r", "text": "t" * 50}] * 50_000}).encode()
HOSTILE = (
    (OK + b"\r\n", repeat(b"x" * 65536)),
    (OK, repeat(b"X-Header: " + b"x" * 1000 + b"\r\n")),
    (OK + b"\r\n", [b"[" * 100_000]),
    (OK + b"\r\n", [MANY]),
)


@pytest.fixture
def hostile() -> Iterator[str]:
    """The URL of a backend that answers in each hostile way in turn."""
    answers = cycle(HOSTILE)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            first, rest = next(answers)
            with suppress(OSError):
                self.request.recv(65536)
                self.request.sendall(first)
                for more in rest:
                    self.request.sendall(more)

    class Server(ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server((LOOPBACK, 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.better
def test_hostile_answers_leave_no_memory_behind(alone: StandaloneServices, hostile: str) -> None:
    """After hundreds of them productpage holds what it held after the first ones."""
    page = alone.productpage(details=hostile, reviews=hostile, ratings=hostile)
    alone.wait_until_up(page)

    def ask(times: int) -> None:
        with ThreadPoolExecutor(4) as pool:
            for answer in pool.map(lambda _: requests.get(f"{page.url}/productpage", timeout=60), range(times)):
                assert 200 == answer.status_code

    ask(ROUNDS)
    before = held(page.process.pid)
    ask(4 * ROUNDS)
    grown = held(page.process.pid) - before

    assert grown < MOST_GROWTH, f"{grown} kB more"


def held(pid: int) -> int:
    """The resident memory of a process and its children, in kB."""
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) // 1024
