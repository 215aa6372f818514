"""The instances of a workload in the local mesh: who may be called, and how often each was."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping

from platforms.envoy import stats
from platforms.envoy.topology import Topology


class LocalScaler:
    """Instances are started and ended by the supervisor; there is no autoscaler."""

    has_autoscaler = False

    def __init__(
        self,
        topology: Topology,
        answers: Callable[[str, Callable[[Topology], Collection[str]]], Mapping[str, str]],
    ) -> None:
        self._topology = topology
        self._answers = answers

    def knows_load(self) -> bool:
        return False

    def ready(self, workload: str) -> Mapping[str, int]:
        """Those that every proxy has among its endpoints."""
        told = self._answers(stats.CLUSTERS_PATH, lambda topology: topology.proxies)
        by_proxy = [_requests(json.loads(answer)) for answer in told.values()]
        return {
            name: sum(requests[port] for requests in by_proxy)
            for name in self._topology.instances((workload,))
            for port in [self._topology.ports[name].inbound]
            if all(port in requests for requests in by_proxy)
        }

    def belong(self, workload: str) -> Collection[str]:
        return {of for name in self._topology.instances((workload,)) for of in (name, f"envoy-{name}")}


def _requests(clusters: stats.Document) -> dict[int, int]:
    """The calls to each endpoint, by its port, whichever of the proxy's clusters they went through."""
    found: dict[int, int] = {}
    for endpoint in stats.endpoints(clusters):
        found[endpoint.port] = found.get(endpoint.port, 0) + endpoint.requests
    return found
