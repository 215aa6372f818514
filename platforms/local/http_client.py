"""A small HTTP client for one event loop: kept-alive GETs to admin interfaces and health checks on loopback."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

from platforms.loopback import LOOPBACK

Address = int | Path
"""A port of this machine, or a Unix socket."""


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


class NoAnswer(Exception):
    """Nobody listens, or nobody answers in time."""


class Connection:
    """One kept-alive connection; questions wait for each other, and it reconnects by itself."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def get(self, path: str, *, timeout: float, method: str = "GET") -> Answer:  # noqa: ASYNC109
        """The answer, or NoAnswer."""
        async with self._turn:
            try:
                async with asyncio.timeout(timeout):
                    return await self._get(method, path)
            except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:  # TimeoutError is an OSError
                self.close()
                raise NoAnswer(f"{self._shown}{path}: {error or type(error).__name__}") from error
            except asyncio.CancelledError:
                self.close()  # half an answer may be on its way
                raise

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    @property
    def _shown(self) -> str:
        return str(self._address) if isinstance(self._address, Path) else f"{LOOPBACK}:{self._address}"

    async def _get(self, method: str, path: str) -> Answer:
        fresh = self._streams is None
        try:
            return await self._exchange(method, path)
        except (OSError, EOFError):
            if fresh:
                raise
            self.close()  # the other side had closed an idle connection: that says nothing about now
            return await self._exchange(method, path)

    async def _exchange(self, method: str, path: str) -> Answer:
        if self._streams is None:
            if isinstance(self._address, Path):
                self._streams = await asyncio.open_unix_connection(self._address)
            else:
                self._streams = await asyncio.open_connection(LOOPBACK, self._address)
        reader, writer = self._streams
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nContent-Length: 0\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status_line, *header_lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in header_lines)
        }
        body = await _body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(status_line.split()[1]), body)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", ""):
        body = bytearray()
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return bytes(body)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()
