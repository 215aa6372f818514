"""Commands and the supervisor understand each other."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from platforms.errors import NotReachable, Rejected, UsageError
from platforms.local.supervisor import control

Answer = Callable[[control.Request], Awaitable[control.Reply]]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Path]]:
    """Answers on a new socket, in a thread of its own, until the test is over."""
    with tempfile.TemporaryDirectory(prefix="bookinfo-") as folder, ExitStack() as threads:

        def start(answer: Answer) -> Path:
            path, listening = Path(folder) / "control", threading.Event()
            stop: list[Callable[[], object]] = []

            async def run() -> None:
                over, loop = asyncio.Event(), asyncio.get_running_loop()
                stop.append(lambda: loop.call_soon_threadsafe(over.set))
                async with await control.serve(path, answer):
                    listening.set()
                    await over.wait()
                others = asyncio.all_tasks() - {asyncio.current_task()}
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)

            thread = threading.Thread(target=asyncio.run, args=(run(),))
            thread.start()
            threads.callback(thread.join)
            listening.wait()
            threads.callback(stop[0])
            return path

        yield start


def test_reply(serve: Callable[[Answer], Path]) -> None:
    """A question gets the reply to it."""

    async def echo(request: control.Request) -> control.Reply:
        return {"heard": request["verb"], "with": request["word"]}

    with control.Question(serve(echo), "say", word="홍길동") as question:
        assert {"heard": "say", "with": "홍길동"} == question.reply(timeout=30)


def test_error(serve: Callable[[Answer], Path]) -> None:
    """An error of the supervisor is raised at the command, of the same kind and in the same words."""

    async def refuse(_request: control.Request) -> control.Reply:
        raise Rejected("istio/x.yaml: VirtualService reviews: no route")

    with (
        control.Question(serve(refuse), "apply") as question,
        pytest.raises(Rejected, match=r"istio/x\.yaml: VirtualService reviews: no route"),
    ):
        question.reply(timeout=30)


def test_silence(serve: Callable[[Answer], Path]) -> None:
    """A supervisor that does not answer in time is not reachable."""

    async def never(_request: control.Request) -> control.Reply:
        await asyncio.Event().wait()
        raise UsageError("never")

    with control.Question(serve(never), "status") as question, pytest.raises(NotReachable, match="`status`"):
        question.reply(timeout=0.05)


def test_nobody(tmp_path: Path) -> None:
    """Nobody is reachable without a socket."""
    with pytest.raises(NotReachable, match="does not answer `status`"):
        control.Question(tmp_path / "control", "status")
