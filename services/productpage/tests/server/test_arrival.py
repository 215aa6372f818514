"""Requests that arrive slowly, in part or never: they cost nobody else anything."""

from __future__ import annotations

import socket
import subprocess  # noqa: TID251  # only its type: the service is started by `serving`
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from productpage.server.arrival import ARRIVAL_SECONDS, LARGEST, Refused, deadline, missing
from productpage.server.worker import Worker
from serving import free_port, get, serving
from stub import Backend

HEAD = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
THREADS = 2 * 64
PAGES = 4 * THREADS
WHOLE = (
    b"GET /productpage HTTP/1.1\r\nHost: x\r\n\r\n",
    HEAD + b"Content-Length: 14\r\n\r\nusername=jason",
    HEAD + b"content-length:14 \r\nX: y\r\n\r\nusername=jason",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\ne\r\nusername=jason\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
)


@pytest.mark.parametrize("request_", WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_: bytes) -> None:
    """Wherever it is cut, something is missing; what follows does not matter."""
    assert not missing(request_)
    assert not missing(request_ + b"GET / HTTP/1.1\r\n")
    assert all(missing(request_[:cut]) for cut in range(len(request_) - 3, len(request_)))
    assert all(missing(request_[:cut]) for cut in range(request_.index(b"\r\n\r\n") + 3))


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(arrived: bytes) -> None:
    """Whatever arrives, it is refused, or the answer is yes or no; its reader refuses other nonsense."""
    with suppress(Refused):
        assert missing(arrived) in {True, False}


@pytest.mark.parametrize(
    "request_",
    [b"GET /" + b"x" * LARGEST, HEAD + b"Content-Length: 999999\r\n\r\n", WHOLE[0] + b"x" * LARGEST],
    ids=["head", "said", "body"],
)
def test_a_large_request_is_refused_before_it_has_arrived(request_: bytes) -> None:
    """A head or body of more than 64 kB is nothing that the page could want."""
    with pytest.raises(Refused, match="413"):
        missing(request_)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 413),
    ],
)
def test_what_gunicorn_would_answer_first_is_refused(request_: bytes, status: int) -> None:
    """It looks at a body only after the page has been made, and does not ask for a Host."""
    with pytest.raises(Refused, match=str(status)):
        missing(request_)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], int]]:
    backend, port = Backend(), free_port()
    with serving(backend, tmp_path_factory.mktemp("home"), port) as process:
        yield process, port
    backend.stop()


def connect(port: int, begun: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(begun)
    return connection


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        HEAD,
        HEAD + b"Content-Length: 100\r\n\r\nu",
        HEAD + b"Content-Length: 0000000000000000000100\r\n\r\nu",
        HEAD + b"Content-Length:\t+100\r\n\r\nu",
        HEAD + b"Content-Length: 100, 100\r\n\r\nu",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n000000000005\r\nus",
        b"\r\n\r\nGET /productpage HTT",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nus",
        WHOLE[0] + HEAD,
    ],
    ids=[
        "nothing",
        "a letter",
        "half a head",
        "half a body",
        "a long number",
        "a signed number",
        "two numbers",
        "a long size",
        "an empty line",
        "half a chunk",
        "half a second request",
    ],
)
def test_unfinished_requests_hold_up_nobody(served: tuple[subprocess.Popen[str], int], begun: bytes) -> None:
    """With more of them than there are threads, every page still comes, from the same processes."""
    process, port = served
    with ExitStack() as slow:
        for _ in range(300):
            slow.enter_context(connect(port, begun))
        answers = [get(port, path)[0] for path in ("/productpage", "/health") for _ in range(10)]

    assert [200] * 20 == answers
    assert process.poll() is None


def test_a_request_has_one_deadline(served: tuple[subprocess.Popen[str], int]) -> None:
    """Whoever has not finished by then is told so, whether no more came or a byte now and then."""
    _, port = served
    begun = HEAD + b"Content-Length: 1000\r\n\r\nu"
    with connect(port, begun) as silent, connect(port, begun) as dripping:
        dripping.settimeout(1)
        answer = b""
        while not answer:
            try:
                answer = dripping.recv(1000)
            except TimeoutError:
                dripping.sendall(b"x")

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert silent.recv(1000).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("begun", [HEAD, HEAD + b"Content-Length: 100\r\n\r\nu"], ids=["half a head", "half a body"])
def test_who_leaves_in_the_middle_is_not_waited_for(served: tuple[subprocess.Popen[str], int], begun: bytes) -> None:
    """The rest will never come: the answer is no time-out, and nobody looks for it again and again."""
    with connect(served[1], begun) as left:
        left.shutdown(socket.SHUT_WR)

        assert left.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_what_is_too_large_is_refused_at_once(served: tuple[subprocess.Popen[str], int]) -> None:
    """Nobody waits for a body that nobody wants."""
    with connect(served[1], HEAD + b"Content-Length: 100000000\r\n\r\n") as large:
        assert large.recv(1000).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("request_", WHOLE[:1] + WHOLE[3:])
def test_a_request_in_pieces_is_answered(served: tuple[subprocess.Popen[str], int], request_: bytes) -> None:
    """Byte by byte, and two of them over one connection."""
    with connect(served[1], b"") as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(2):
            for byte in request_:
                slow.sendall(bytes([byte]))
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += slow.recv(65536)
            assert answer.split(b" ")[1] in {b"200", b"302", b"400"}
            length = int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            body = answer.partition(b"\r\n\r\n")[2]
            while len(body) < length:
                body += slow.recv(65536)


def test_answered_connections_that_stay_open_hold_up_nobody(served: tuple[subprocess.Popen[str], int]) -> None:
    """A client that keeps its half of a closed connection does not keep the main loop."""
    _, port = served
    with ExitStack() as half_open:
        for _ in range(100):
            half_open.enter_context(connect(port, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        answers = [get(port, "/productpage")[0] for _ in range(10)]

    assert [200] * 10 == answers


def test_two_requests_at_once_are_both_answered(served: tuple[subprocess.Popen[str], int]) -> None:
    """In their order, over the one connection."""
    with connect(served[1], WHOLE[0] + b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as pipelined:
        answers = b""
        while more := pipelined.recv(65536):
            answers += more

    assert 2 == answers.count(b"HTTP/1.1 200 ")
    assert answers.endswith(b"Product page is healthy")


def test_what_came_at_once_does_not_end_at_once() -> None:
    """Each has its deadline and up to 5 s more: a thousand refusals in one moment would hold up everybody."""
    now = monotonic()
    ends = [deadline() for _ in range(100)]

    assert now + ARRIVAL_SECONDS <= min(ends) < max(ends) <= monotonic() + ARRIVAL_SECONDS + 5
    assert 100 == len({round(end, 6) for end in ends})


@given(st.lists(st.integers(0, 9)))
def test_whose_time_is_over_first_stands_first(deadlines: list[int]) -> None:
    """In whatever order they come to wait: the main loop looks at the first only."""
    worker = SimpleNamespace(pending_conns=deque(), poller=SimpleNamespace(register=lambda *_: None))
    for end in deadlines:
        Worker.wait(worker, SimpleNamespace(timeout=end, sock=None), print)

    assert sorted(deadlines) == [conn.timeout for conn in worker.pending_conns]


def test_health_is_answered_while_every_thread_waits_for_a_backend(tmp_path: Path) -> None:
    """It overtakes the pages that have no thread yet: nobody should restart a service because its backend hangs."""
    backend, port = Backend(), free_port()
    backend.hanging = {"details", "reviews"}
    with serving(backend, tmp_path, port), ExitStack() as pages:
        for _ in range(PAGES):
            pages.enter_context(connect(port, WHOLE[0]))
        while len(backend.asked_for("details")) < THREADS:
            get(port, "/health")
        answers = [get(port, "/health")[0] for _ in range(20)]
        begun = len(backend.asked_for("details"))
        backend.release()
    backend.stop()

    assert [200] * 20 == answers
    assert begun < PAGES
