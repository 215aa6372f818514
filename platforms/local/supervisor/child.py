"""One child process kept alive as a kubelet keeps a container: probed, restarted with back-off, drained before it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import logging
import os
import signal
import subprocess  # noqa: TID251  # only for the type of a started process
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from platforms.local import processes
from platforms.local.http_client import Address, Connection, NoAnswer
from platforms.local.processes import Identity, Launch

log = logging.getLogger(__name__)

PROBE_SECONDS = 5.0
"""How often a child that is ready is asked whether it still is."""
PROBE_TIMEOUT_SECONDS = 1.0
FAILURES_ALLOWED = 2
"""How many probes in a row a ready child may miss before its endpoints go."""
START_SECONDS = 60.0
"""How long a start may take before it counts as a crash."""
HUNG_SECONDS = 20.0
"""How long a child that was ready may stay silent before that counts as a crash."""
GRACE_SECONDS = 5.0
"""How long a child may take to end after SIGTERM."""
BACK_OFF_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""The pause before each restart in a row; the last one stays."""
STABLE_SECONDS = 60.0
"""A child that ran so long has its crashes forgiven."""


class Phase(enum.StrEnum):
    STARTING = "starting"
    READY = "ready"
    UNREADY = "not ready"
    BACKING_OFF = "backing off"
    STOPPED = "stopped"


_PAUSES = {Phase.STARTING: 0.02, Phase.UNREADY: 0.5}


@dataclass(frozen=True, slots=True)
class Probe:
    """The readiness probe of a child: a path that answers 200."""

    address: Address
    path: str


class Child:
    """One process that should run, or should not."""

    def __init__(
        self,
        name: str,
        make_launch: Callable[[], Launch],
        probe: Probe,
        *,
        log_file: Path,
        mark: str,
        changed: Callable[[Child], None],
    ) -> None:
        self.name = name
        self.phase = Phase.STOPPED
        self.since = time.time()
        self.restarts = 0
        self.identity: Identity | None = None
        self.last_exit = ""
        self._make_launch = make_launch
        self._probe = probe
        self._admin = Connection(probe.address)
        self.log_file = log_file
        self._mark = mark
        self._changed = changed
        self._wanted = False
        self._life: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        return self.phase is Phase.READY

    @property
    def wanted(self) -> bool:
        return self._wanted

    def start(self) -> None:
        """Keep it running from now on."""
        self._wanted = True
        if self._life is None:
            self.restarts = 0
            self._life = asyncio.get_running_loop().create_task(self._live())

    async def stop(self, *, drained: Callable[[], Awaitable[None]] | None = None) -> None:
        """End it for good: no longer ready, drained, SIGTERM, and SIGKILL for what is left after the grace time."""
        self._wanted = False
        life, self._life = self._life, None
        if life is None:
            return
        self._enter(Phase.STOPPED)
        if drained:
            await drained()
        self._admin.close()  # a server that ends politely waits for its open connections
        if self.identity:
            with contextlib.suppress(ProcessLookupError):
                # The leader only: it knows in which order its own children should end.
                os.kill(self.identity.pid, signal.SIGTERM)
        _, late = await asyncio.wait([life], timeout=GRACE_SECONDS if self.identity else 0)
        if late:
            if self.identity:
                log.warning("%s did not end within %g s of SIGTERM: killed", self.name, GRACE_SECONDS)
                processes.signal_group(self.identity.pid, signal.SIGKILL)
                await asyncio.wait([life], timeout=GRACE_SECONDS)
            life.cancel()

    async def _live(self) -> None:
        crashes = 0
        while True:
            began = time.monotonic()
            self.last_exit = await self._run()
            if not self._wanted:
                return
            crashes = 0 if time.monotonic() - began >= STABLE_SECONDS else crashes
            pause = BACK_OFF_SECONDS[min(crashes, len(BACK_OFF_SECONDS) - 1)]
            log.warning("%s %s; it starts again in %g s", self.name, self.last_exit, pause)
            self._enter(Phase.BACKING_OFF)
            await asyncio.sleep(pause)
            crashes += 1
            self.restarts += 1

    async def _run(self) -> str:
        """One life of the process; says how it ended."""
        try:
            process = processes.start(self._make_launch(), log=self.log_file, mark=self._mark)
        except OSError as error:
            return f"cannot be started: {error}"
        self.identity = Identity.of(process.pid)
        self._enter(Phase.STARTING)
        watch = asyncio.create_task(self._watch())
        try:
            code = await _exit(process)
        finally:
            watch.cancel()
            # Whatever it started must not outlive it: a killed gunicorn leaves workers behind.
            processes.signal_group(process.pid, signal.SIGKILL)
            self.identity = None
        return _exit_text(code)

    async def _watch(self) -> None:
        """Ask it until it is ready, then every few seconds whether it still is."""
        began = answered = time.monotonic()
        failures = 0
        while True:
            healthy = await self._healthy()
            answered = time.monotonic() if healthy else answered
            failures = 0 if healthy else failures + 1
            if healthy and not self.ready and self._wanted:
                log.info("%s ready after %.2f s", self.name, time.monotonic() - began)
                self._enter(Phase.READY)
            elif self.ready and failures > FAILURES_ALLOWED:
                log.warning("%s missed %d health checks", self.name, failures)
                self._enter(Phase.UNREADY)
            elif self.phase is Phase.STARTING and time.monotonic() - began > START_SECONDS:
                self._kill(f"is not ready after {START_SECONDS:g} s")
                return
            elif self.phase is Phase.UNREADY and time.monotonic() - answered > HUNG_SECONDS:
                self._kill(f"has not answered for {HUNG_SECONDS:g} s")
                return
            await asyncio.sleep(_PAUSES.get(self.phase, PROBE_SECONDS))

    def _kill(self, why: str) -> None:
        log.warning("%s %s: killed", self.name, why)
        if self.identity:
            processes.signal_group(self.identity.pid, signal.SIGKILL)

    async def _healthy(self) -> bool:
        try:
            return (await self._admin.get(self._probe.path, timeout=PROBE_TIMEOUT_SECONDS)).status == 200  # noqa: PLR2004
        except NoAnswer:
            return False

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase, self.since = phase, time.time()
            self._changed(self)


async def _exit(process: subprocess.Popen[bytes]) -> int:
    """The exit code, as soon as the kernel knows it and without asking again and again."""
    loop = asyncio.get_running_loop()
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or a kernel before 5.3
        while process.poll() is None:  # noqa: ASYNC110  # there is nothing to wait on
            await asyncio.sleep(0.05)
        return process.returncode
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
        return process.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _exit_text(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
