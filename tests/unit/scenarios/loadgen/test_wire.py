"""The connection of a runner to the load generator in a pod."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from platforms.loopback import LOOPBACK, free_port, is_answered
from platforms.wait import wait_until
from scenarios.loadgen.wire import PortWire

HERE = b'{"here":"loadgen"}\n'


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def opened(port: int) -> Iterator[Future[PortWire]]:
    """The wire, once a runner has spoken."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(PortWire, port)


def connected(port: int) -> socket.socket:
    assert wait_until(lambda: is_answered(LOOPBACK, port), 10)
    return socket.create_connection((LOOPBACK, port), timeout=10)


def first_line(runner: socket.socket) -> bytes:
    with runner.makefile("rb") as reader:
        return reader.readline()


def test_the_runner_speaks_first(port: int, opened: Future[PortWire]) -> None:
    """What a server says unasked can be held back on its way through a forwarded port."""
    with connected(port) as runner:
        with pytest.raises(TimeoutError):
            opened.result(0.2)
        runner.sendall(b"\n")

        assert HERE == first_line(runner)
        runner.sendall(b'{"enough":""}\n')
        runner.shutdown(socket.SHUT_WR)

        assert [b'{"enough":""}'] == list(opened.result(10).lines())


def test_whoever_leaves_without_a_word_makes_way(port: int, opened: Future[PortWire]) -> None:
    """A port that is forwarded before anybody listens is tried again."""
    connected(port).close()
    with connected(port) as runner:
        runner.sendall(b"\n")

        assert HERE == first_line(runner)
    assert [] == list(opened.result(10).lines())
