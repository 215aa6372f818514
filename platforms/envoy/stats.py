"""The statistics of one Envoy, read from the JSON of its admin interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platforms.counters import Calls, Counters, Heard, Hop
from platforms.istio import hosts
from platforms.istio.registry import Workload

CLUSTERS_PATH = "/clusters?format=json"
ATTEMPTS_PATH = r"/stats?format=json&filter=^cluster\.outbound.*upstream_rq_(retry|retry_success|timeout)$"
ACTIVE_REQUESTS_PATH = r"/stats?format=json&filter=^http\.outbound_.*downstream_rq_active$"
HEARD_NOW_PATH = r"/stats?format=json&filter=^http\.inbound_.*downstream_rq_active$"
CALLS_PATH = r"/stats?format=json&filter=^http\.outbound_.*downstream_rq_(total|2xx|active)$"
DRAINING_PATH = r"/stats?format=json&filter=^listener_manager\.total_(filter_chains|listeners)_draining$"
HEARD_PATH = (
    r"/stats?format=json&filter=^(http\.inbound_.*\.(downstream_rq_total|rbac\.denied)"
    r"|listener\..*\.(no_filter_chain_match|ssl\.fail_verify_.*))$"
)
CERTIFICATES_PATH = "/certs"

_OUTBOUND_PARTS = 4
_KINDS = 3

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of an outbound cluster, with what was sent to it."""

    cluster: str
    address: str
    port: int
    healthy: bool
    """As the control plane says; an Envoy without one takes every endpoint for healthy."""
    requests: int
    failures: int
    ejected: bool = False
    """Outlier detection keeps it out of the balancing."""


def counters(
    caller: str, clusters: Document, attempts: Document, workload_at: Callable[[Endpoint], Workload | None]
) -> Counters:
    """The calls that the proxy of `caller` counted, by its answers to the first two paths.

    An instance's requests count once, whichever of its clusters they went through; it is kept out if one of these does so.
    """
    requests: dict[Hop, int] = {}
    failures: dict[Hop, int] = {}
    ejected: dict[Hop, set[tuple[str, int]]] = {}
    for endpoint in endpoints(clusters):
        if workload := workload_at(endpoint):
            hop = Hop(caller, workload.app, workload.version)
            requests[hop] = requests.get(hop, 0) + endpoint.requests
            failures[hop] = failures.get(hop, 0) + endpoint.failures
            if endpoint.ejected:
                ejected.setdefault(hop, set()).add((endpoint.address, endpoint.port))
    sums: dict[str, dict[tuple[str, str], int]] = {"retry": {}, "retry_success": {}, "timeout": {}}
    for stat in attempts.get("stats", ()):
        cluster, _, kind = str(stat.get("name", "")).removeprefix("cluster.").rpartition(".upstream_rq_")
        if (app := called_app(cluster)) and kind in sums:
            sums[kind][caller, app] = sums[kind].get((caller, app), 0) + int(stat["value"])
    out = {hop: len(instances) for hop, instances in ejected.items()}
    return Counters(requests, failures, sums["retry"], sums["retry_success"], sums["timeout"], out)


def endpoints(clusters: Document) -> Iterator[Endpoint]:
    """The endpoints of every outbound cluster of a Service."""
    return _endpoints(clusters, lambda name: called_app(name) is not None)


def endpoints_elsewhere(clusters: Document) -> Iterator[Endpoint]:
    """The endpoints of every outbound cluster of another host."""
    return _endpoints(clusters, lambda name: name.startswith("outbound|") and called_app(name) is None)


def _endpoints(clusters: Document, is_asked_for: Callable[[str], bool]) -> Iterator[Endpoint]:
    for cluster in clusters.get("cluster_statuses", ()):
        name = str(cluster["name"])
        if not is_asked_for(name):
            continue
        for host in cluster.get("host_statuses", ()):
            socket, health = host["address"].get("socket_address", {}), host.get("health_status", {})
            counted = {stat["name"]: int(stat.get("value", 0)) for stat in host.get("stats", ())}
            yield Endpoint(
                cluster=name,
                address=str(socket.get("address", "")),
                port=int(socket.get("port_value", 0)),
                healthy=health.get("eds_health_status", "HEALTHY") == "HEALTHY",
                requests=counted.get("rq_total", 0),
                failures=counted.get("rq_error", 0),
                ejected=bool(health.get("failed_outlier_check")),
            )


def draining(stats: Document) -> int:
    """The listeners and filter chains of before that an Envoy keeps for the connections they have, by its answer to `DRAINING_PATH`."""
    return sum(int(stat["value"]) for stat in stats.get("stats", ()))


def active_requests(stats: Document) -> int:
    """The requests that a sidecar is busy with: of its own workload, those included that a fault holds back, or to it."""
    return sum(int(stat["value"]) for stat in stats.get("stats", ()))


def calls(stats: Document) -> Calls | None:
    """The calls of a sidecar's own workload, by its answer to `CALLS_PATH`; None where it does not keep all of these."""
    sums: dict[str, int] = {}
    for stat in stats.get("stats", ()):
        kind = str(stat["name"]).rpartition("_")[2]
        sums[kind] = sums.get(kind, 0) + int(stat["value"])
    return Calls(sums["total"], sums["2xx"], sums["active"]) if len(sums) == _KINDS else None


def heard(stats: Document) -> Heard:
    """The calls that came to a sidecar's workload, by its answer to `HEARD_PATH`."""
    total = denied = cut = 0
    for stat in stats.get("stats", ()):
        name, value = str(stat["name"]), int(stat["value"])
        if name.endswith(".downstream_rq_total"):
            total += value
        elif name.endswith(".rbac.denied"):
            denied += value
        else:
            cut += value
    return Heard(total - denied, denied, cut)


def certificates(answer: Document) -> set[int]:
    """The numbers of the certificates that a proxy has, by its answer to `CERTIFICATES_PATH`."""
    return {
        int(one["serial_number"], 16)
        for context in answer.get("certificates", ())
        for one in context.get("cert_chain", ())
    }


def called_app(cluster: str) -> str | None:
    """The app that an outbound cluster leads to, `outbound|80|v2|cart.shop.svc.cluster.local`; None for a host that is no Service."""
    parts = cluster.split("|")
    if (
        parts[0] != "outbound"
        or len(parts) != _OUTBOUND_PARTS
        or not parts[3].removesuffix(";").endswith(f".{hosts.DOMAIN}")
    ):
        return None
    return parts[3].partition(".")[0]
