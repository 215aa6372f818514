"""The load generator inside the cluster: a Job of a master and its workers, and the one connection to it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import IO, Any, Self

import yaml

from platforms.environment import ROOT
from platforms.errors import Busy, PlatformError, TrafficError
from platforms.kubernetes.client.cluster import Cluster
from platforms.wait import wait_until

NAMESPACE = "bookinfo-traffic"
GATEWAY_URL = "http://istio-ingressgateway.istio-system"
"""The gateway's Service, as pods in the cluster call it."""

_FILE = ROOT / "manifests" / "traffic" / "job.yaml"
_ENDS = frozenset({"SuccessCriteriaMet", "Complete", "FailureTarget", "Failed"})
"""The conditions of a Job that ends, in whichever order its controller sets them."""
_LEFTOVER_SECONDS = 20.0
_START_SECONDS = 120.0
_CONNECT_SECONDS = 30.0
_END_SECONDS = 5.0
_POLL_SECONDS = 0.2
_SIGN_OF_LIFE_SECONDS = 20.0
"""The master gives up on a runner who has been silent for three minutes."""
_ORDERS_PORT = 5558
_OWNER = "batch.kubernetes.io/controller-uid"


class TrafficJob:
    """A load generator as a Job, which lives as long as the block; when we are killed, it ends by itself."""

    def __init__(self, cluster: Cluster, *, workers: int, image: str, loaded: bool) -> None:
        """`loaded`: the image was loaded into the nodes, and must not come from anywhere else."""
        self._cluster = cluster
        self._document = document(workers, image, loaded=loaded)
        self._writing = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._have_place()
        made = self._cluster.apply(self._document, where="Job traffic")
        # Pods of an earlier Job of this name may still run for a moment after it.
        self._selector = f"{_OWNER}={made['metadata']['uid']}"
        try:
            self._pods = self._running()
            self._connection, self._reader = self._connected(min(self._pods))
        except BaseException:
            self._delete()
            raise
        threading.Thread(target=self._keep_alive, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(SHUT_RDWR)
        self._connection.close()
        self._delete()

    @property
    def gateway_url(self) -> str:
        return GATEWAY_URL

    @property
    def log(self) -> str:
        return f"`kubectl --context {self._cluster.context} logs -n {NAMESPACE} job/traffic`"

    def write(self, line: str) -> None:
        with self._writing:
            self._connection.sendall(f"{line}\n".encode())

    def lines(self) -> Iterator[str]:
        with contextlib.suppress(OSError, ValueError):  # the connection broke, or was closed under our hands
            yield from self._reader

    def exit_reason(self) -> str:
        """The pod that ended first, and how; a pod's end is known a moment after its connection's."""
        if not self._cluster.answers():
            return f"the API server of context {self._cluster.context} does not answer any more"
        ended = wait_until(self._first_end, _END_SECONDS, every=_POLL_SECONDS)
        return ended or f"the connection to pod {min(self._pods)} broke"

    def _first_end(self) -> str:
        found = {pod["metadata"]["name"]: pod for pod in self._found()}
        if ends := sorted(filter(None, map(_end, found.values()))):
            return ends[0][1]
        # When one goes the Job fails, and takes the others along: which was the first, nobody can say then.
        gone = sorted(self._pods - found.keys())
        return f"{' and '.join(gone)} deleted" if gone else ""

    def _have_place(self) -> None:
        """Return when no Job of an earlier run is there any more."""
        if not any(one["metadata"]["name"] == NAMESPACE for one in self._cluster.objects("v1", "Namespace")):
            raise TrafficError(
                f"--in-cluster: there is no namespace {NAMESPACE} in context {self._cluster.context}: "
                "`kubectl apply -k manifests/traffic` creates it"
            )
        deadline = time.monotonic() + _LEFTOVER_SECONDS
        while jobs := self._cluster.objects("batch/v1", "Job", NAMESPACE):
            since = jobs[0]["metadata"]["creationTimestamp"]
            if is_over(jobs[0]):
                self._delete()
            elif time.monotonic() > deadline:
                raise Busy(
                    f"--in-cluster: another run has been sending traffic since {since} "
                    f"(Job traffic in namespace {NAMESPACE}); if its runner is gone, it ends within a minute"
                )
            time.sleep(_POLL_SECONDS)

    def _running(self) -> set[str]:
        """Return the names of the pods when all of them run; raises TrafficError, saying what keeps them from it."""
        wanted = self._document["spec"]["completions"]
        deadline = time.monotonic() + _START_SECONDS
        while True:
            pods = self._found()
            states = [_state(pod) for pod in pods]
            if states.count("Running") == wanted:
                return {pod["metadata"]["name"] for pod in pods}
            stuck = [state for state in states if state != "Running"] or self._refusals()
            if time.monotonic() > deadline or any("ErrImage" in state for state in stuck):
                raise TrafficError(
                    f"--in-cluster: {states.count('Running')} of {wanted} pods run after {_START_SECONDS:.0f} s: "
                    f"{'; '.join(dict.fromkeys(stuck)) or 'no pod was created'}"
                )
            time.sleep(_POLL_SECONDS)

    def _connected(self, master: str) -> tuple[socket, IO[str]]:
        """A connection to the master, who says so: a forwarded port is open before anybody listens behind it."""

        def connect() -> tuple[socket, IO[str]] | None:
            connection = self._cluster.forward(master, NAMESPACE, _ORDERS_PORT)
            reader = connection.makefile(encoding="utf-8", newline="\n")
            return (connection, reader) if reader.readline() else None

        connected = wait_until(connect, _CONNECT_SECONDS, every=_POLL_SECONDS)
        if connected is None:
            raise TrafficError(f"--in-cluster: the master in pod {master} does not answer; {self.log} may say why")
        return connected

    def _keep_alive(self) -> None:
        with contextlib.suppress(OSError):
            while not self._over.wait(_SIGN_OF_LIFE_SECONDS):
                self.write("")

    def _found(self) -> list[dict[str, Any]]:
        return self._cluster.objects("v1", "Pod", NAMESPACE, labels=self._selector)

    def _refusals(self) -> list[str]:
        """The reasons for which the Job may not create pods."""
        events = self._cluster.objects("v1", "Event", NAMESPACE)
        return [one["message"] for one in events if one["reason"] == "FailedCreate"][-1:]

    def _delete(self) -> None:
        """Without an API server, the Job ends by itself, and is removed a minute later."""
        if self._cluster.answers():
            with contextlib.suppress(PlatformError):
                self._cluster.delete(self._document)


def document(workers: int, image: str, *, loaded: bool) -> dict[str, Any]:
    """The Job of manifests/traffic with so many workers, from this image."""
    job: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    spec = job["spec"]
    spec["completions"] = spec["parallelism"] = workers + 1
    (container,) = spec["template"]["spec"]["containers"]
    container["image"] = image
    container["imagePullPolicy"] = "Never" if loaded else "IfNotPresent"
    container["args"][2] = str(workers)
    return job


def is_over(job: dict[str, Any]) -> bool:
    """Tell whether it has ended, or is about to; one that has no status yet, as before its first pod is counted, has not."""
    conditions = job.get("status", {}).get("conditions") or ()
    return any(one["type"] in _ENDS and one["status"] == "True" for one in conditions)


def _state(pod: dict[str, Any]) -> str:
    """`Running`, or what keeps the pod from it."""
    status = pod.get("status", {})
    for container in status.get("containerStatuses") or ():
        for state in ("waiting", "terminated"):
            if told := container["state"].get(state):
                return f"{told.get('reason', state)} {told.get('message', '')}".strip()
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] != "True":
            return f"{condition.get('reason', 'Pending')} {condition.get('message', '')}".strip()
    return str(status.get("phase", "Pending"))


def _end(pod: dict[str, Any]) -> tuple[str, str] | None:
    """The time and the manner of a pod's end; None while it runs."""
    for container in pod.get("status", {}).get("containerStatuses") or ():
        if ended := container["state"].get("terminated"):
            how = f"signal {ended['signal']}" if ended.get("signal") else f"exit code {ended['exitCode']}"
            return ended["finishedAt"], f"pod {pod['metadata']['name']} ended ({ended.get('reason', 'ended')}, {how})"
    return None
