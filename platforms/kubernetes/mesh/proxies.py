"""The Envoys of a cluster, asked for what they serve and what they counted."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from platforms.bookinfo import BOOKINFO, NAMESPACE
from platforms.counters import Calls, Counters, Heard, MonotonicCounters
from platforms.envoy import config_dump, stats
from platforms.envoy.stats import Endpoint
from platforms.errors import NotReachable
from platforms.istio.registry import Registry, Workload
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.client.together import together
from platforms.kubernetes.mesh.objects import in_namespace

log = logging.getLogger(__name__)

PROXIES = frozenset(proxy.name for proxy in BOOKINFO.proxies)
"""Whose Envoys a page passes."""

GATEWAY_SELECTOR = ",".join(f"{name}={value}" for name, value in BOOKINFO.gateway.labels.items())
"""What finds the ingress gateway's objects, as the API server reads labels."""

_ADMIN_PORT = 15000
_ANSWER_SECONDS = 5.0
_BROKEN = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of what a proxy serves."""

    path: str
    times_path: str
    """Only when each of it was put there: far less to read."""
    shown: Callable[[Mapping[str, Any], Registry], Any]


_PARTS: Mapping[str, _Part] = {
    name: _Part(path, f"{path}&mask={mask}", shown)
    for name, path, mask, shown in (
        ("routes", config_dump.ROUTES_PATH, "last_updated", config_dump.served_routes),
        ("clusters", config_dump.CLUSTERS_PATH, "last_updated", config_dump.served_clusters),
        ("access", config_dump.ACCESS_PATH, "active_state.last_updated", config_dump.served_access),
    )
}


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod with an Envoy in it."""

    name: str
    namespace: str
    proxy: str
    """What the proxy is called in a translation: `reviews-v2`, or `ingressgateway`."""
    app: str
    version: str
    address: str
    ready: bool
    restarts: int
    """Of all its containers."""
    since: str
    """When it started, as the API server says it."""
    uid: str


class Proxies:
    """A kept connection to the admin interface of every Envoy that Bookinfo's pages pass."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._workloads: dict[str, Workload] = {}
        """By address, of pods that are gone too: their callers still count them."""
        self._counters = MonotonicCounters()
        self._served: dict[tuple[str, str], tuple[Any, Any]] = {}
        """By pod and part, what was served when it was read last, and since when."""

    def pods(self) -> list[Pod]:
        """The pods of Bookinfo and of the ingress gateway whose Envoy runs, by name."""
        found = together(
            [
                partial(self._cluster.objects, "v1", "Pod", self._namespace),
                partial(self._cluster.objects, "v1", "Pod", labels=GATEWAY_SELECTOR),
            ]
        )
        known = (_pod(document) for documents in found for document in documents)
        pods = sorted((pod for pod in known if pod), key=lambda pod: pod.name)
        self._workloads |= {pod.address: Workload(pod.app, pod.version) for pod in pods}
        for gone in self._connections.keys() - {pod.name for pod in pods}:
            self._connections.pop(gone).close()
        return pods

    def served(self, pod: Pod) -> dict[str, Any]:
        """The routes and clusters of a pod's Envoy, as istiod's recorded answers show them, and the requests that it takes.

        Of what has not been put there anew since it was read last, only that is asked.
        """
        return {name: self._part(pod, part) for name, part in _PARTS.items()}

    def endpoints(self, pod: Pod) -> dict[str, set[str]]:
        """The addresses that a pod's Envoy sends requests to, by outbound cluster; of hosts that are no Service, with their ports."""
        clusters = self._ask(pod, stats.CLUSTERS_PATH)
        found: dict[str, set[str]] = {}
        for endpoint in stats.endpoints(clusters):
            addresses = found.setdefault(in_namespace(endpoint.cluster, self._namespace, NAMESPACE), set())
            if endpoint.healthy:
                addresses.add(endpoint.address)
        for endpoint in stats.endpoints_elsewhere(clusters):
            found.setdefault(endpoint.cluster, set()).add(f"{endpoint.address}:{endpoint.port}")
        return found

    def sent(self, pod: Pod) -> dict[str, int]:
        """The calls that a pod's Envoy has sent to each address that it may call, whichever of its clusters they went through."""
        found: dict[str, int] = {}
        for endpoint in stats.endpoints(self._ask(pod, stats.CLUSTERS_PATH)):
            if endpoint.healthy:
                found[endpoint.address] = found.get(endpoint.address, 0) + endpoint.requests
        return found

    def counters(self, pods: Iterable[Pod]) -> Counters:
        """The calls that the Envoys counted; nothing is counted anew when one restarts. Raises NotReachable if one is silent."""
        return self._counters.total({pod.name: self._counters_of(pod) for pod in pods})

    def under_way(self, pod: Pod) -> int:
        """The calls of its own workload that a sidecar is busy with."""
        return stats.active_requests(self._ask(pod, stats.ACTIVE_REQUESTS_PATH))

    def draining(self, pod: Pod) -> int:
        """The number of older configurations by which a pod's Envoy still judges connections that it had before."""
        return stats.draining(self._ask(pod, stats.DRAINING_PATH))

    def heard(self, pod: Pod) -> Heard:
        """The calls that came to a pod, as its sidecar counted them."""
        return stats.heard(self._ask(pod, stats.HEARD_PATH))

    def certificates(self, pod: Pod) -> set[int]:
        """The numbers of the certificates that a pod's Envoy shows, or has shown to those who are still connected."""
        return stats.certificates(self._ask(pod, stats.CERTIFICATES_PATH))

    def calls(self, pod: Pod) -> Calls | None:
        """The calls of its own workload that went through a sidecar; None where it does not keep these counts."""
        return stats.calls(self._ask(pod, stats.CALLS_PATH))

    def updates(self, pod: Pod) -> dict[str, str]:
        """The times at which a pod's Envoy was given its routes and Bookinfo's clusters; it is given them anew only if they change."""
        routes = config_dump.route_updates(self._ask(pod, config_dump.ROUTES_PATH))
        clusters = config_dump.cluster_updates(self._ask(pod, config_dump.CLUSTERS_PATH))
        return routes | {name: time for name, time in clusters.items() if f".{self._namespace}.svc." in name}

    def refusals(self, pod: Pod, *, seconds: int) -> list[str]:
        """The reasons for which a pod's Envoy refused configuration in the last `seconds`."""
        log = self._cluster.log(pod.name, pod.namespace, "istio-proxy", seconds=seconds)
        return [line.partition(" rejected: ")[2].partition("\t")[0].strip() for line in log if " rejected: " in line]

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _counters_of(self, pod: Pod) -> Counters:
        clusters, attempts = self._ask(pod, stats.CLUSTERS_PATH), self._ask(pod, stats.ATTEMPTS_PATH)
        return stats.counters(pod.proxy, clusters, attempts, self._workload_at)

    def _workload_at(self, endpoint: Endpoint) -> Workload | None:
        return self._workloads.get(endpoint.address)

    def _part(self, pod: Pod, part: _Part) -> Any:
        times = self._ask(pod, part.times_path)
        kept = self._served.get((pod.name, part.path))
        if kept is None or kept[0] != times:
            answer = in_namespace(self._ask(pod, part.path), self._namespace, NAMESPACE)
            kept = self._served[pod.name, part.path] = times, part.shown(answer, BOOKINFO)
        return kept[1]

    def _ask(self, pod: Pod, path: str) -> dict[str, Any]:
        """One answer; a connection that broke since the last question is made anew once."""
        log.debug("proxy of %s: GET %s", pod.name, path)
        kept = self._connections.get(pod.name)
        try:
            return _answer(kept or self._connect(pod), path)
        except _BROKEN as error:
            self._connections.pop(pod.name).close()
            if kept is None:
                raise NotReachable(f"the proxy of {pod.name} does not answer") from error
        return self._ask(pod, path)

    def _connect(self, pod: Pod) -> http.client.HTTPConnection:
        socket = self._cluster.forward(pod.name, pod.namespace, _ADMIN_PORT)
        socket.settimeout(_ANSWER_SECONDS)
        connection = http.client.HTTPConnection("127.0.0.1", _ADMIN_PORT)
        connection.sock = socket
        self._connections[pod.name] = connection
        return connection


def _answer(connection: http.client.HTTPConnection, path: str) -> dict[str, Any]:
    connection.request("GET", path)
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer


def _pod(document: Mapping[str, Any]) -> Pod | None:
    """A pod that is not on its way out and whose Envoy runs, if its Envoy is one that pages pass; None for any other."""
    metadata, status = document["metadata"], document["status"]
    labels = metadata.get("labels") or {}
    statuses = [*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ())]
    runs = any(one["name"] == "istio-proxy" and "running" in one.get("state", {}) for one in statuses)
    if not runs or metadata.get("deletionTimestamp") or "podIP" not in status:
        return None
    is_gateway = BOOKINFO.gateway.labels.items() <= labels.items()
    app, version = labels.get("app", ""), labels.get("version", "")
    proxy = BOOKINFO.gateway.name if is_gateway else f"{app}-{version}"
    if proxy not in PROXIES:
        return None
    return Pod(
        name=metadata["name"],
        namespace=metadata["namespace"],
        proxy=proxy,
        app=app,
        version=version,
        address=status["podIP"],
        ready=any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", ())),
        restarts=sum(one["restartCount"] for one in statuses),
        since=status.get("startTime", ""),
        uid=metadata["uid"],
    )
