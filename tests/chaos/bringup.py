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

from platforms.loopback import free_port
from tests.chaos.fault import Fault, Outcome
from tests.commands import Typed, output

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
class ScratchCluster:
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
        """The state of the demo as `status` tells it; and what of that is wrong."""
        ended = self.platforms("status", "--platform", "kind", "--json").end()
        if ended.code:
            return "no demo", [f"status: {ended.said}"]
        document = json.loads("\n".join(ended.out))
        unready = [name for name, pod in document["pods"].items() if not pod["ready"]]
        wrong = [] if document["baseline"] else [f"not the baseline: {document['differs']}"]
        wrong += [f"{name} is not ready" for name in unready]
        return f"up, the baseline, {len(document['pods'])} pods", wrong


@contextmanager
def scratch_cluster(engine_stop: str | None, engine_start: str | None) -> Iterator[ScratchCluster]:
    """A place for a cluster, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        made = ScratchCluster(
            Path(folder), free_port(), engine_stop or f"docker stop {_NODE}", engine_start or f"docker start {_NODE}"
        )
        try:
            yield made
        finally:
            ended = made.platforms("down", "--platform", "kind").end()
            if ended.code:
                raise AssertionError(f"the cluster {CLUSTER} could not be deleted: {ended.said}")


def _port_taken(cluster: ScratchCluster) -> Outcome:
    outcome = Outcome()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = cluster.up(port=port).end()
    outcome.check(ended, codes=(3,), words=(f"port {port} on 127.0.0.1 is taken",), within=_AT_ONCE)
    outcome.left = _nothing_made(outcome)
    return outcome


def _too_little_memory(cluster: ScratchCluster) -> Outcome:
    """A `docker` before the real one on PATH says that the engine has 1 GiB."""
    outcome = Outcome()
    docker = shutil.which("docker")
    told = json.dumps({"ServerVersion": "28.0.0", "OperatingSystem": "Small Desktop", "MemTotal": _GIB})
    folder = cluster.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "docker").write_text(
        f'#!/bin/sh\n[ "$1" = info ] && {{ echo {shlex.quote(told)}; exit; }}\nexec {docker} "$@"\n', encoding="utf-8"
    )
    (folder / "docker").chmod(0o755)
    ended = cluster.up(environment={"PATH": f"{folder}:{os.environ['PATH']}"}).end()
    outcome.check(ended, codes=(3,), words=("is too little", "--platform local"), within=_AT_ONCE)
    outcome.left = _nothing_made(outcome)
    return outcome


def _nothing_made(outcome: Outcome) -> str:
    """Hold that there is no cluster."""
    names = output("docker", "ps", "--all", "--format", "{{.Names}}").split()
    outcome.expect(_NODE not in names, f"{_NODE} was made all the same")
    return "nothing was made"


def _engine_stopped(cluster: ScratchCluster) -> Outcome:
    """In the middle, while Istio is being installed; then started again, and `up` again."""
    outcome = Outcome()
    first = cluster.up()
    first.wait_for(_MIDDLE, seconds=_UP_SECONDS)
    output(*shlex.split(cluster.engine_stop))
    try:
        outcome.check(first.end(seconds=_UP_SECONDS), codes=(3,), words=("platforms: ",), within=_UP_SECONDS)
    finally:
        output(*shlex.split(cluster.engine_start))
    _engine_answers()
    return _up_again(cluster, outcome)


def _killed(cluster: ScratchCluster) -> Outcome:
    """`up` is killed while Istio is being installed; what it started ends by itself or is waited for by the next."""
    outcome = Outcome()
    cluster.platforms("down", "--platform", "kind").end()
    first = cluster.up()
    first.wait_for(_MIDDLE, seconds=_UP_SECONDS)
    first.send(signal.SIGKILL)
    first.end()
    return _up_again(cluster, outcome)


def _engine_answers() -> None:
    deadline = time.monotonic() + _ENGINE_SECONDS
    while True:
        try:
            output("docker", "version")
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def _twice(cluster: ScratchCluster) -> Outcome:
    """Once it is up, it stays as it is; two at the same time do not get in each other's way."""
    outcome = Outcome()
    _have_up(cluster)
    pods = _pods(cluster)
    outcome = _up_again(cluster, outcome)
    outcome.expect(pods == _pods(cluster), f"pods were replaced: {pods} became {_pods(cluster)}")
    return outcome


def _pods(cluster: ScratchCluster) -> str:
    context = f"kind-{CLUSTER}"
    kubeconfig = cluster.environment["KUBECONFIG"]
    return output("kubectl", "--kubeconfig", kubeconfig, "--context", context, "get", "pods", "-A", "-o", "name")


def _up_again(cluster: ScratchCluster, outcome: Outcome) -> Outcome:
    outcome.check(cluster.up().end(seconds=_UP_SECONDS), codes=(0,), words=("Bookinfo is up",), within=_UP_SECONDS)
    outcome.left, wrong = cluster.left()
    outcome.wrong += wrong
    return outcome


def _have_up(cluster: ScratchCluster) -> None:
    ended = cluster.up().end(seconds=_UP_SECONDS)
    if ended.code:
        raise AssertionError(f"`{ended.typed}` ended with {ended.code}: {ended.said}")


def _cluster_deleted(cluster: ScratchCluster) -> Outcome:
    """The whole cluster goes under a run; afterwards `down` and `up` make a new one."""
    outcome = Outcome()
    _have_up(cluster)
    scenario = Typed(
        "scenarios.canary", "--platform", "kind", "--rate", "20", "--duration", "8", environment=cluster.environment
    )
    scenario.wait_for("90,10,0 · in force")
    output("kind", "delete", "cluster", "--name", CLUSTER, "--kubeconfig", cluster.environment["KUBECONFIG"])
    outcome.check(scenario.end(seconds=_UP_SECONDS), codes=(3,), words=("has not answered for 60 s",), within=_BOUNDED)
    after = cluster.platforms("status", "--platform", "kind").end()
    outcome.check(after, codes=(3,), words=("brings it up",), within=_AT_ONCE)
    outcome.left = "no cluster, as the message says"
    return outcome


FAULTS = (
    Fault("port-taken", "demo-up with its port taken", "a listener on that port", _port_taken, own_cluster=True),
    Fault(
        "little-memory",
        "demo-up with too little memory",
        "a `docker` that says 1 GiB",
        _too_little_memory,
        own_cluster=True,
    ),
    Fault(
        "engine-stopped",
        "the engine stopped in the middle of demo-up and started again",
        "`docker stop` of the node while Istio is installed, `docker start`, demo-up; with --engine-stop the engine itself",
        _engine_stopped,
        own_cluster=True,
    ),
    Fault("up-twice", "demo-up twice", "`make demo-up` once more", _twice, own_cluster=True),
    Fault(
        "cluster-deleted",
        "the cluster deleted under a run",
        "`kind delete cluster`",
        _cluster_deleted,
        own_cluster=True,
    ),
    Fault(
        "up-killed", "demo-up killed and started again", "kill -9 while Istio is installed", _killed, own_cluster=True
    ),
)
