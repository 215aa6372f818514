"""The small HTTP client reads every kind of answer, and survives a server that closes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from platforms.local.http_client import Answer, Connection, NoAnswer

Ask = Callable[[Connection], Awaitable[None]]

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
TO_THE_END = b"HTTP/1.0 503 Busy\r\nConnection: close\r\n\r\nhello"


class Server:
    """Gives the answers it is told to, each on a new connection after `None`."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.connections = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while self.answers and await self._asked(reader):
            answer = self.answers.pop(0)
            if answer is None:
                break
            writer.write(answer)
            await writer.drain()
            if b"Connection: close" in answer:
                break
        writer.close()
        await writer.wait_closed()

    async def _asked(self, reader: asyncio.StreamReader) -> bool:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        return True


def play(server: Server, ask: Ask) -> None:
    async def run() -> None:
        listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
        connection = Connection(listening.sockets[0].getsockname()[1])
        async with listening:
            await ask(connection)
            connection.close()
            listening.close()
            await asyncio.sleep(0.01)  # for the server's side to see the end

    asyncio.run(run())


@pytest.mark.parametrize(("answer", "status"), [(PLAIN, 200), (CHUNKED, 200), (TO_THE_END, 503)])
def test_answer(answer: bytes, status: int) -> None:
    """A body ends where its length, its last chunk or its connection says."""

    async def ask(connection: Connection) -> None:
        assert Answer(status, b"hello") == await connection.get("/", timeout=30)

    play(Server(answer), ask)


def test_kept_alive() -> None:
    """Several questions share one connection."""
    server = Server(PLAIN, CHUNKED, PLAIN)

    async def ask(connection: Connection) -> None:
        for _ in range(3):
            await connection.get("/", timeout=30)

    play(server, ask)

    assert 1 == server.connections


def test_closed_meanwhile() -> None:
    """A server that closed an idle connection is asked again on a new one."""
    server = Server(PLAIN, None, PLAIN)

    async def ask(connection: Connection) -> None:
        for _ in range(2):
            assert b"hello" == (await connection.get("/", timeout=30)).body

    play(server, ask)

    assert 2 == server.connections


def test_silence() -> None:
    """A server that does not answer in time gives no answer."""

    async def ask(connection: Connection) -> None:
        with pytest.raises(NoAnswer):
            await connection.get("/", timeout=0.05)

    play(Server(b""), ask)


def test_nobody() -> None:
    """There is no answer where nobody listens."""

    async def run() -> None:
        with pytest.raises(NoAnswer):
            await Connection(1).get("/", timeout=30)

    asyncio.run(run())
