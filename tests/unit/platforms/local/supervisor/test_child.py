"""A child is kept alive, and ended for good when it is no longer wanted."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from platforms.local.processes import Identity, Launch
from platforms.local.supervisor import child as module
from platforms.local.supervisor.child import Child, Phase, Probe
from platforms.loopback import free_port

SERVER = """
import http.server, signal, sys
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Health(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Health).serve_forever()
"""

Story = Callable[[Child], Awaitable[None]]


class Told:
    """A child, and the phases it went through."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        port = free_port()
        self.phases: list[Phase] = []
        self.moments: list[float] = []
        self.changed = asyncio.Event()
        self.child = Child(
            "test",
            lambda: Launch((sys.executable, "-c", SERVER, str(port), *arguments), {}, folder),
            Probe(port, "/health"),
            log_file=folder / "log",
            mark="test",
            changed=self.hear,
        )

    def hear(self, child: Child) -> None:
        self.phases.append(child.phase)
        self.moments.append(time.monotonic())
        self.changed.set()

    async def until(self, phase: Phase) -> None:
        async with asyncio.timeout(60):
            while self.child.phase is not phase:
                self.changed.clear()
                await self.changed.wait()


def play(folder: Path, story: Callable[[Told], Awaitable[None]], *arguments: str) -> None:
    async def run() -> None:
        told = Told(folder, *arguments)
        try:
            await story(told)
        finally:
            await told.child.stop()

    asyncio.run(run())


def pid_of(child: Child) -> int:
    assert child.identity is not None

    return child.identity.pid


def test_start(tmp_path: Path) -> None:
    """A child is ready when it answers, not when it runs."""

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)

        assert [Phase.STARTING, Phase.READY] == told.phases

    play(tmp_path, story)


def test_crash(tmp_path: Path) -> None:
    """A child that crashes is not ready at once, and is started again."""

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)
        first = pid_of(told.child)
        os.kill(first, signal.SIGKILL)
        await told.until(Phase.BACKING_OFF)
        await told.until(Phase.READY)

        assert [Phase.STARTING, Phase.READY, Phase.BACKING_OFF, Phase.STARTING, Phase.READY] == told.phases
        assert first != pid_of(told.child)
        assert (1, "was ended by SIGKILL") == (told.child.restarts, told.child.last_exit)

    play(tmp_path, story)


def test_back_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crashes in a row are followed by longer and longer pauses."""
    monkeypatch.setattr(module, "BACK_OFF_SECONDS", (0.0, 0.1, 0.3))

    async def story(told: Told) -> None:
        told.child.start()
        for _ in range(3):
            await told.until(Phase.READY)
            os.kill(pid_of(told.child), signal.SIGKILL)
            await told.until(Phase.BACKING_OFF)
            await told.until(Phase.STARTING)
        pauses = [
            after - before
            for phase, before, after in zip(told.phases, told.moments, told.moments[1:], strict=False)
            if phase is Phase.BACKING_OFF
        ]

        assert 3 == len(pauses)
        assert pauses[1] >= 0.1
        assert pauses[2] >= 0.3

    play(tmp_path, story)


def test_stop(tmp_path: Path) -> None:
    """A stopped child is first not ready, then drained, then gone; it is not started again."""
    seen = []

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)
        identity = told.child.identity

        assert identity is not None

        async def drained() -> None:
            seen.append((told.child.phase, identity.alive))

        await told.child.stop(drained=drained)

        assert [(Phase.STOPPED, True)] == seen
        assert not identity.alive
        assert Phase.STOPPED is told.child.phase

    play(tmp_path, story)


def test_stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that ignores SIGTERM is killed after the grace time."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.3)

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)
        identity = Identity.of(pid_of(told.child))

        assert identity is not None

        await told.child.stop()

        assert not identity.alive

    play(tmp_path, story, "stubborn")


def test_again(tmp_path: Path) -> None:
    """A child that was stopped can be started again, with its restarts forgotten."""

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)
        await told.child.stop()
        told.child.start()
        await told.until(Phase.READY)

        assert 0 == told.child.restarts

    play(tmp_path, story)


def test_hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that no longer answers is not ready, and is ready again when it does."""
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.05)

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)
        os.kill(pid_of(told.child), signal.SIGSTOP)
        await told.until(Phase.UNREADY)
        os.kill(pid_of(told.child), signal.SIGCONT)
        await told.until(Phase.READY)

        assert 0 == told.child.restarts

    play(tmp_path, story)


def test_hung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that stays silent is killed, and started again like one that crashed."""
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(module, "HUNG_SECONDS", 0.5)

    async def story(told: Told) -> None:
        told.child.start()
        await told.until(Phase.READY)
        os.kill(pid_of(told.child), signal.SIGSTOP)
        await told.until(Phase.BACKING_OFF)
        await told.until(Phase.READY)

        assert [Phase.READY, Phase.UNREADY, Phase.BACKING_OFF, Phase.STARTING, Phase.READY] == told.phases[1:]
        assert (1, "was ended by SIGKILL") == (told.child.restarts, told.child.last_exit)

    play(tmp_path, story)


def test_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is not there is a crash like another, and said."""
    monkeypatch.setattr(module, "BACK_OFF_SECONDS", (60.0,))

    async def story(told: Told) -> None:
        told.child._make_launch = lambda: Launch(("/nowhere/program",), {}, tmp_path)
        told.child.start()
        await told.until(Phase.BACKING_OFF)

        assert "No such file or directory: '/nowhere/program'" in told.child.last_exit

    play(tmp_path, story)
