"""The load generator inside the cluster: a Job of a master and its workers, and the one connection to it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import IO, Any, Self

import yaml

from platforms.environment import DATA
from platforms.errors import Busy, PlatformError, TrafficError
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.traffic_pods import TrafficPods
from platforms.wait import wait_until, wait_while

NAMESPACE = "bookinfo-traffic"
GATEWAY_URL = "http://istio-ingressgateway.istio-system"
"""The gateway's Service, as pods in the cluster call it."""

_FILE = DATA / "manifests" / "traffic" / "job.yaml"
_ENDS = frozenset({"SuccessCriteriaMet", "Complete", "FailureTarget", "Failed"})
"""The conditions of a Job that ends, in whichever order its controller sets them."""
_LEFTOVER_SECONDS = 20.0
_CONNECT_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_POLL_SECONDS = 0.2
_SIGN_OF_LIFE_SECONDS = 20.0
"""The master gives up on a runner who has been silent for three minutes."""
_ORDERS_PORT = 5558


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
        self._pods = TrafficPods(self._cluster, made)
        try:
            self._pods.wait_until_running()
            self._connection, self._reader = self._connected(self._pods.master)
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
        _close(self._connection, self._reader)
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
        return self._pods.first_end() or f"the connection to pod {self._pods.master} broke"

    def _have_place(self) -> None:
        """Return when no Job of an earlier run is there any more."""
        if not any(one["metadata"]["name"] == NAMESPACE for one in self._cluster.objects("v1", "Namespace")):
            raise TrafficError(
                f"--in-cluster: there is no namespace {NAMESPACE} in context {self._cluster.context}: "
                "`kubectl apply -k manifests/traffic` creates it"
            )

        def left() -> list[dict[str, Any]]:
            jobs = self._cluster.objects("batch/v1", "Job", NAMESPACE)
            if jobs and is_over(jobs[0]):
                self._delete()
            return jobs

        if jobs := wait_while(left, _LEFTOVER_SECONDS, every=_POLL_SECONDS):
            raise Busy(
                f"--in-cluster: another run has been sending traffic since {jobs[0]['metadata']['creationTimestamp']} "
                f"(Job traffic in namespace {NAMESPACE}); if its runner is gone, it ends within a minute"
            )

    def _connected(self, master: str) -> tuple[socket, IO[str]]:
        """A connection to the master, who says so: a forwarded port is open before anybody listens behind it.

        We speak first. What comes together with the API server's consent to forward, in one TLS record, the Kubernetes client
        hands on only once something else comes (37.0.2: it waits for the socket, whose bytes have all been read).
        """

        def connect() -> tuple[socket, IO[str]] | None:
            connection = self._cluster.forward(master, NAMESPACE, _ORDERS_PORT)
            connection.settimeout(_ANSWER_SECONDS)
            reader = connection.makefile(encoding="utf-8", newline="\n")
            with contextlib.suppress(OSError):
                connection.sendall(b"\n")
                if reader.readline():
                    connection.settimeout(None)
                    return connection, reader
            _close(connection, reader)
            return None

        connected = wait_until(connect, _CONNECT_SECONDS, every=_POLL_SECONDS)
        if connected is None:
            raise TrafficError(f"--in-cluster: the master in pod {master} does not answer; {self.log} may say why")
        return connected

    def _keep_alive(self) -> None:
        with contextlib.suppress(OSError):
            while not self._over.wait(_SIGN_OF_LIFE_SECONDS):
                self.write("")

    def _delete(self) -> None:
        """Without an API server, the Job ends by itself, and is removed a minute later."""
        if self._cluster.answers():
            with contextlib.suppress(PlatformError):
                self._cluster.delete(self._document)


def _close(connection: socket, reader: IO[str]) -> None:
    with contextlib.suppress(OSError, ValueError):
        reader.close()
    connection.close()


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
