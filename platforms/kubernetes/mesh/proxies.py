"""What the Envoys of a cluster themselves say: what they serve, and what they counted."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.counters import Counters, Growing, Hop
from platforms.envoy.config_dump import served
from platforms.errors import NotReachable
from platforms.istio.resources import NAMESPACE
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh.rules import in_namespace

PROXIES = frozenset(proxy.name for proxy in BOOKINFO.proxies)
"""Whose Envoys a page passes."""

GATEWAY_SELECTOR = ",".join(f"{name}={value}" for name, value in BOOKINFO.gateway.labels.items())
"""What finds the ingress gateway's objects, as the API server reads labels."""

_ADMIN_PORT = 15000
_ANSWER_SECONDS = 5.0
_ROUTES = "/config_dump?resource=dynamic_route_configs"
_CLUSTERS = "/config_dump?resource=dynamic_active_clusters"
_ENDPOINTS = "/clusters?format=json"
_RETRIES = "/stats?format=json&filter=upstream_rq_retry$"
_UNDER_WAY = r"/stats?format=json&filter=^http\.outbound_.*downstream_rq_active$"
_OUTBOUND = 4
_BROKEN = (OSError, http.client.HTTPException, ValueError)


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
        self._workloads: dict[str, tuple[str, str]] = {}
        """App and version by address, of pods that are gone too: their callers still count them."""
        self._growing = Growing(), Growing(), Growing()

    def pods(self) -> list[Pod]:
        """The pods of Bookinfo and of the ingress gateway whose Envoy runs, by name."""
        found = [
            *map(_pod, self._cluster.objects("v1", "Pod", self._namespace)),
            *map(_pod, self._cluster.objects("v1", "Pod", labels=GATEWAY_SELECTOR)),
        ]
        pods = sorted((pod for pod in found if pod), key=lambda pod: pod.name)
        self._workloads |= {pod.address: (pod.app, pod.version) for pod in pods}
        for gone in self._connections.keys() - {pod.name for pod in pods}:
            self._connections.pop(gone).close()
        return pods

    def served(self, pod: Pod) -> dict[str, Any]:
        """The routes and clusters of a pod's Envoy, as istiod's recorded answers show them."""
        entries = [*self._ask(pod, _ROUTES).get("configs", ()), *self._ask(pod, _CLUSTERS).get("configs", ())]
        dump = {
            "dynamic_route_configs": [one for one in entries if "route_config" in one],
            "dynamic_active_clusters": [one for one in entries if "cluster" in one],
        }
        return served({"configs": [in_namespace(dump, self._namespace, NAMESPACE)]}, BOOKINFO)

    def endpoints(self, pod: Pod) -> dict[str, set[str]]:
        """The addresses that a pod's Envoy sends requests to, by outbound cluster."""
        return {
            in_namespace(name, self._namespace, NAMESPACE): {
                _address(host)
                for host in status.get("host_statuses", ())
                if host.get("health_status", {}).get("eds_health_status", "HEALTHY") == "HEALTHY"
            }
            for name, status in self._statuses(pod)
        }

    def counters(self, pods: Iterable[Pod]) -> Counters:
        """What the Envoys counted; nothing is counted anew when one restarts. Raises NotReachable if one is silent."""
        requests: dict[tuple[str, Hop], int] = {}
        failures: dict[tuple[str, Hop], int] = {}
        retries: dict[tuple[str, tuple[str, str]], int] = {}
        for pod in pods:
            for _, status in self._statuses(pod):
                for host in status.get("host_statuses", ()):
                    if workload := self._workloads.get(_address(host)):
                        key = (pod.name, Hop(pod.proxy, *workload))
                        counted = {stat["name"]: int(stat.get("value", 0)) for stat in host.get("stats", ())}
                        requests[key] = requests.get(key, 0) + counted.get("rq_total", 0)
                        failures[key] = failures.get(key, 0) + counted.get("rq_error", 0)
            for stat in self._ask(pod, _RETRIES).get("stats", ()):
                parts = str(stat.get("name", "")).removeprefix("cluster.").split("|")
                if parts[0] == "outbound" and len(parts) == _OUTBOUND:
                    call = (pod.name, (pod.proxy, parts[3].partition(".")[0]))
                    retries[call] = retries.get(call, 0) + int(stat["value"])
        asked, failed, repeated = self._growing
        return Counters(_summed(asked(requests)), _summed(failed(failures)), _summed(repeated(retries)))

    def under_way(self, pod: Pod) -> int:
        """How many calls of its own workload a sidecar is busy with, those included that a fault holds back."""
        return sum(int(stat["value"]) for stat in self._ask(pod, _UNDER_WAY).get("stats", ()))

    def since(self, pod: Pod) -> str:
        """When a pod's Envoy was given its routes and Bookinfo's clusters; it is given them anew only if they change."""
        ours = f".{self._namespace}.svc."
        entries = [*self._ask(pod, _ROUTES).get("configs", ()), *self._ask(pod, _CLUSTERS).get("configs", ())]
        return max(
            (
                str(one["last_updated"])
                for one in entries
                if "route_config" in one or ours in one.get("cluster", {}).get("name", "")
            ),
            default="",
        )

    def refusals(self, pod: Pod, *, seconds: int) -> list[str]:
        """What a pod's Envoy said of configuration that it refused in the last `seconds`."""
        log = self._cluster.log(pod.name, pod.namespace, "istio-proxy", seconds=seconds)
        return [line.partition(" rejected: ")[2].partition("\t")[0].strip() for line in log if " rejected: " in line]

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _statuses(self, pod: Pod) -> Iterator[tuple[str, dict[str, Any]]]:
        for status in self._ask(pod, _ENDPOINTS).get("cluster_statuses", ()):
            parts = status["name"].split("|")
            if parts[0] == "outbound" and len(parts) == _OUTBOUND:
                yield status["name"], status

    def _ask(self, pod: Pod, path: str) -> dict[str, Any]:
        """One answer; a connection that broke since the last question is made anew once."""
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


def _address(host: Mapping[str, Any]) -> str:
    return str(host["address"].get("socket_address", {}).get("address", ""))


def _summed(counted: Mapping[tuple[str, Any], int]) -> dict[Any, int]:
    """Over all pods of a workload."""
    total: dict[Any, int] = {}
    for (_, what), count in counted.items():
        total[what] = total.get(what, 0) + count
    return total
