"""The protocol between a command and the supervisor: one JSON line there, one back, over a Unix socket in a private folder."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Self

from platforms import errors
from platforms.errors import DemoError, NotReachable, PlatformError

log = logging.getLogger(__name__)

Request = Mapping[str, Any]
Reply = dict[str, Any]

_LONGEST_LINE = 16 * 1024 * 1024
_SEND_SECONDS = 5.0


class Question:
    """One question to the supervisor; there is time for other things until its reply is wanted."""

    def __init__(self, path: Path, verb: str, **arguments: Any) -> None:
        self._verb, self._began = verb, time.monotonic()
        self._connection = socket.socket(socket.AF_UNIX)
        try:
            self._connection.settimeout(_SEND_SECONDS)
            self._connection.connect(str(path))
            self._connection.sendall(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
        except OSError as error:
            self._connection.close()
            raise self._unanswered(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()

    def reply(self, *, timeout: float) -> Reply:
        """The supervisor's reply; an error that it raised is raised here, of the same kind.

        Raises NotReachable when it does not answer in time.
        """
        try:
            self._connection.settimeout(timeout)
            with self._connection.makefile("rb") as lines:
                line = lines.readline()
        except OSError as error:
            raise self._unanswered(error) from error
        if not line:
            raise NotReachable(f"the demo's supervisor ended before it answered `{self._verb}`")
        log.info("supervisor: `%s` is answered after %.0f ms", self._verb, (time.monotonic() - self._began) * 1000)
        reply: Reply = json.loads(line)
        if "error" in reply:
            raise _error(reply["error"], reply["message"])
        return reply

    def _unanswered(self, error: OSError) -> NotReachable:
        return NotReachable(f"the demo's supervisor does not answer `{self._verb}`: {error}")


async def serve(path: Path, answer: Callable[[Request], Awaitable[Reply]]) -> asyncio.Server:
    """Answer every request on the socket; one connection may ask several times."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await _reply(line, answer)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # the other side is gone
        finally:
            writer.close()

    return await asyncio.start_unix_server(talk, path, limit=_LONGEST_LINE)


async def _reply(line: bytes, answer: Callable[[Request], Awaitable[Reply]]) -> Reply:
    try:
        return await answer(json.loads(line))
    except DemoError as error:
        return {"error": type(error).__name__, "message": str(error)}


def _error(name: str, message: str) -> DemoError:
    kind = getattr(errors, name, PlatformError)
    return kind(message) if issubclass(kind, DemoError) else PlatformError(message)
