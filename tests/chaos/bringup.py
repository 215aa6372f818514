"""Faults of bringing a demo up, and those that spoil a cluster: tried on one of their own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.fault import Fault, Seen
from tests.chaos.ground import typed
from tests.chaos.typed import Ended, Typed, run

CLUSTER = "bookinfo-faults"
_NODE = f"{CLUSTER}-control-plane"
_UP_SECONDS = 900.0
"""A bring-up with nothing cached, on a machine that has other things to do as well."""
_AT_ONCE = 30.0
_BOUNDED = 240.0
"""How long a command may go on with a cluster that is gone: it waits a minute for it, also on the way back."""
_ENGINE_SECONDS = 120.0
_GIB = 1 << 30
_MIDDLE = "the kubeconfig has it as context"
"""What comes before Istio is installed."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A cluster that nobody else uses: its name, its port, its run folder and its kubeconfig."""

    folder: Path
    port: int
    engine_stop: str
    engine_start: str

    @property
    def environment(self) -> dict[str, str]:
        return {"BOOKINFO_RUN": str(self.folder / "run"), "KUBECONFIG": str(self.folder / "kubeconfig")}

    def platforms(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Typed:
        return Typed("platforms", *arguments, environment={**self.environment, **(environment or {})})

    def up(self, *, environment: Mapping[str, str] | None = None, port: int | None = None) -> Typed:
        """`make demo-up` under way."""
        where = ("--platform", "kind", "--cluster", CLUSTER, "--port", str(port or self.port))
        return self.platforms("up", *where, environment=environment)

    def left(self) -> tuple[str, list[str]]:
        """How the demo stands, as `status` tells."""
        ended = self.platforms("status", "--platform", "kind", "--json").end()
        if ended.code:
            return "no demo", [f"status: {ended.said}"]
        document = json.loads("\n".join(ended.out))
        unready = [name for name, pod in document["pods"].items() if not pod["ready"]]
        wrong = [] if document["baseline"] else [f"not the baseline: {document['differs']}"]
        wrong += [f"{name} is not ready" for name in unready]
        return f"up, the baseline, {len(document['pods'])} pods", wrong


@contextmanager
def fresh(engine_stop: str | None, engine_start: str | None) -> Iterator[Fresh]:
    """A place for a cluster, which is deleted afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        made = Fresh(Path(folder), port, engine_stop or f"docker stop {_NODE}", engine_start or f"docker start {_NODE}")
        try:
            yield made
        finally:
            ended = made.platforms("down", "--platform", "kind").end()
            if ended.code:
                raise AssertionError(f"the cluster {CLUSTER} could not be deleted: {ended.said}")


def _port_taken(ground: Fresh) -> Seen:
    seen = Seen()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = ground.up(port=port).end()
    seen.met(ended, codes=(3,), words=(f"port {port} on 127.0.0.1 is taken",), within=_AT_ONCE)
    seen.left = _nothing(seen)
    return seen


def _too_little_memory(ground: Fresh) -> Seen:
    """A `docker` before the real one on PATH says that the engine has 1 GiB."""
    seen = Seen()
    docker = shutil.which("docker")
    told = json.dumps({"ServerVersion": "28.0.0", "OperatingSystem": "Small Desktop", "MemTotal": _GIB})
    folder = ground.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "docker").write_text(
        f'#!/bin/sh\n[ "$1" = info ] && {{ echo {shlex.quote(told)}; exit; }}\nexec {docker} "$@"\n', encoding="utf-8"
    )
    (folder / "docker").chmod(0o755)
    ended = ground.up(environment={"PATH": f"{folder}:{os.environ['PATH']}"}).end()
    seen.met(ended, codes=(3,), words=("is too little", "--platform local"), within=_AT_ONCE)
    seen.left = _nothing(seen)
    return seen


def _nothing(seen: Seen) -> str:
    """That there is no cluster."""
    names = typed("docker", "ps", "--all", "--format", "{{.Names}}").split()
    seen.expect(_NODE not in names, f"{_NODE} was made all the same")
    return "nothing was made"


def _engine_stopped(ground: Fresh) -> Seen:
    """In the middle, while Istio is being installed; then started again, and `up` again."""
    seen = Seen()
    first = ground.up()
    first.wait_for(_MIDDLE, seconds=_UP_SECONDS)
    typed(*shlex.split(ground.engine_stop))
    try:
        seen.met(first.end(seconds=_UP_SECONDS), codes=(3,), words=("platforms: ",), within=_UP_SECONDS)
    finally:
        typed(*shlex.split(ground.engine_start))
    _engine_answers()
    return _up_again(ground, seen)


def _killed(ground: Fresh) -> Seen:
    """`up` is killed while Istio is being installed; what it started ends by itself or is waited for by the next."""
    seen = Seen()
    ground.platforms("down", "--platform", "kind").end()
    first = ground.up()
    first.wait_for(_MIDDLE, seconds=_UP_SECONDS)
    first.send(signal.SIGKILL)
    first.end()
    return _up_again(ground, seen)


def _engine_answers() -> None:
    deadline = time.monotonic() + _ENGINE_SECONDS
    while True:
        try:
            typed("docker", "version")
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def _twice(ground: Fresh) -> Seen:
    """Once it is up, it stays as it is; two at the same time do not get in each other's way."""
    seen = Seen()
    _have_up(ground)
    pods = _pods(ground)
    seen = _up_again(ground, seen)
    seen.expect(pods == _pods(ground), f"pods were replaced: {pods} became {_pods(ground)}")
    return seen


def _pods(ground: Fresh) -> str:
    context = f"kind-{CLUSTER}"
    kubeconfig = ground.environment["KUBECONFIG"]
    return typed("kubectl", "--kubeconfig", kubeconfig, "--context", context, "get", "pods", "-A", "-o", "name")


def _up_again(ground: Fresh, seen: Seen) -> Seen:
    seen.met(ground.up().end(seconds=_UP_SECONDS), codes=(0,), words=("Bookinfo is up",), within=_UP_SECONDS)
    seen.left, wrong = ground.left()
    seen.wrong += wrong
    return seen


def _have_up(ground: Fresh) -> None:
    ended = ground.up().end(seconds=_UP_SECONDS)
    if ended.code:
        raise AssertionError(f"`{ended.typed}` ended with {ended.code}: {ended.said}")


def _cluster_deleted(ground: Fresh) -> Seen:
    """The whole cluster goes under a run; afterwards `down` and `up` make a new one."""
    seen = Seen()
    _have_up(ground)
    scenario = Typed(
        "scenarios.canary", "--platform", "kind", "--rate", "20", "--duration", "8", environment=ground.environment
    )
    scenario.wait_for("90,10,0 · in force")
    typed("kind", "delete", "cluster", "--name", CLUSTER, "--kubeconfig", ground.environment["KUBECONFIG"])
    seen.met(scenario.end(seconds=_UP_SECONDS), codes=(3,), words=("has not answered for 60 s",), within=_BOUNDED)
    after: Ended = run("platforms", "status", "--platform", "kind", environment=ground.environment)
    seen.met(after, codes=(3,), words=("brings it up",), within=_AT_ONCE)
    seen.left = "no cluster, as the message says"
    return seen


FAULTS = (
    Fault("port-taken", "demo-up with its port taken", "a listener on that port", _port_taken, fresh=True),
    Fault(
        "little-memory", "demo-up with too little memory", "a `docker` that says 1 GiB", _too_little_memory, fresh=True
    ),
    Fault(
        "engine-stopped",
        "the engine stopped in the middle of demo-up and started again",
        "`docker stop` of the node while Istio is installed, `docker start`, demo-up; with --engine-stop the engine itself",
        _engine_stopped,
        fresh=True,
    ),
    Fault("up-twice", "demo-up twice", "`make demo-up` once more", _twice, fresh=True),
    Fault("cluster-deleted", "the cluster deleted under a run", "`kind delete cluster`", _cluster_deleted, fresh=True),
    Fault("up-killed", "demo-up killed and started again", "kill -9 while Istio is installed", _killed, fresh=True),
)
