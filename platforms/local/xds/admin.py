"""What the proxies themselves say: questions to all their admin interfaces at once, and how to read the answers."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.counters import Counters, Hop
from platforms.envoy.topology import LOOPBACK, Topology

CLUSTERS_PATH = "/clusters?format=json"
RETRIES_PATH = "/stats?format=json&filter=upstream_rq_retry$"
UNDER_WAY_PATH = r"/stats?format=json&filter=^http\.outbound_.*downstream_rq_active$"
ROUTES_PATH = "/config_dump?resource=dynamic_route_configs"
CONFIG_PATH = "/config_dump?include_eds"

_ANSWER_SECONDS = 1.0


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, *, timeout: float) -> None:
        super().__init__(LOOPBACK, timeout=timeout)  # the Host header of every question
        self._path = str(path)

    def connect(self) -> None:
        """Open the socket; raises OSError where nobody listens."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(self._path)
        except OSError:
            self.close()
            raise


class Admins:
    """A kept-alive connection to every proxy's admin interface."""

    def __init__(self, topology: Topology) -> None:
        self._connections = {
            proxy: _SocketConnection(topology.admin_socket(proxy), timeout=_ANSWER_SECONDS)
            for proxy in topology.proxies
        }

    def ask(self, path: str, proxies: Collection[str] | None = None) -> dict[str, str | None]:
        """Each proxy's answer; None where there is none. All are asked before the first answer is read."""
        asked = [proxy for proxy in self._connections if proxies is None or proxy in proxies]
        sent = {proxy: self._send(proxy, path) for proxy in asked}
        return {proxy: self._receive(proxy) if sent[proxy] else None for proxy in asked}

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _send(self, proxy: str, path: str) -> bool:
        connection = self._connections[proxy]
        for _ in range(2):  # the proxy may have been restarted since the last question
            try:
                connection.request("GET", path)
            except (OSError, http.client.HTTPException):
                connection.close()
            else:
                return True
        return False

    def _receive(self, proxy: str) -> str | None:
        try:
            return self._connections[proxy].getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            self._connections[proxy].close()
            return None


def counters(clusters: Mapping[str, str], retries: Mapping[str, str], topology: Topology) -> Counters:
    """What every caller's proxy counted, from its `/clusters` and its retry stats as JSON."""
    requests: dict[Hop, int] = {}
    failures: dict[Hop, int] = {}
    for caller, answer in clusters.items():
        for hop, counted in _hosts(caller, json.loads(answer), topology):
            requests[hop] = requests.get(hop, 0) + counted.get("rq_total", 0)
            failures[hop] = failures.get(hop, 0) + counted.get("rq_error", 0)
    repeated: dict[tuple[str, str], int] = {}
    for caller, answer in retries.items():
        for stat in json.loads(answer)["stats"]:
            if app := called_app(str(stat.get("name", "")).removeprefix("cluster.")):
                repeated[caller, app] = repeated.get((caller, app), 0) + int(stat["value"])
    return Counters(requests=requests, failures=failures, retries=repeated)


def under_way(answer: str) -> int:
    """How many requests of its own workload a sidecar is busy with, from its stats as JSON."""
    return sum(int(stat["value"]) for stat in json.loads(answer)["stats"])


def routes_since(answer: str) -> str:
    """When a proxy was given its routes; it is given them anew only if they change."""
    return ", ".join(str(one["last_updated"]) for one in json.loads(answer).get("configs", ()))


def called_app(cluster: str) -> str | None:
    """The app that an outbound cluster leads to: `outbound|9080|v2|reviews.bookinfo.svc.cluster.local`."""
    parts = cluster.split("|")
    return parts[3].partition(".")[0] if parts[0] == "outbound" and len(parts) == 4 else None  # noqa: PLR2004


def _hosts(caller: str, document: Mapping[str, Any], topology: Topology) -> Iterator[tuple[Hop, dict[str, int]]]:
    """The counts of every instance behind every outbound cluster."""
    by_port = {topology.ports[workload.name].inbound: workload for workload in BOOKINFO.workloads}
    for cluster in document.get("cluster_statuses", ()):
        if called_app(str(cluster["name"])) is None:
            continue
        for host in cluster.get("host_statuses", ()):
            workload = by_port.get(host["address"]["socket_address"]["port_value"])
            if workload:
                counted = {stat["name"]: int(stat.get("value", 0)) for stat in host.get("stats", ())}
                yield Hop(caller, workload.app, workload.version), counted
