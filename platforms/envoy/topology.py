"""The addresses of a mesh on loopback: those of the workloads and of their proxies."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platforms.istio.registry import INGRESS_GATEWAY, Registry, Workload

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one instance of a workload and of its sidecar, all on loopback."""

    app: int
    """The instance itself; only its own sidecar calls it."""
    inbound: int
    """Its sidecar, for callers: the endpoint of the instance."""
    outbound: int
    """Its sidecar, for the instance's own calls: an HTTP proxy."""


@dataclass(frozen=True, slots=True)
class Topology:
    """The port of everything that listens, and the files from which each proxy is configured."""

    folder: Path
    """The folder of the mesh, absolute: Envoy watches files below it."""
    ports: Mapping[str, Ports]
    """By instance; a sidecar bears the name of its instance."""
    gateway_port: int
    replicas: Mapping[str, str] = field(default_factory=dict)
    """By further instance, the workload that it is another instance of; the first one bears its workload's name."""
    gateway_https_port: int = 0
    """Where the gateway speaks HTTPS, if a Gateway asks for it; 0 where there is no such place."""

    @property
    def proxies(self) -> tuple[str, ...]:
        """The names of all proxies: one per instance, and the gateway."""
        return (*self.ports, INGRESS_GATEWAY.name)

    def workload(self, proxy: str) -> str:
        """The workload of an instance and its sidecar; rules know the gateway by its own name."""
        return self.replicas.get(proxy, proxy)

    def workloads_by_port(self, registry: Registry) -> dict[int, Workload]:
        """The workload behind each port that callers know."""
        return {ports.inbound: registry.workload(self.workload(name)) for name, ports in self.ports.items()}

    def instances(self, workloads: Collection[str]) -> tuple[str, ...]:
        """Every instance of these workloads."""
        return tuple(instance for instance in self.ports if self.workload(instance) in workloads)

    def proxy_folder(self, proxy: str) -> Path:
        """Holds the bootstrap, `listeners.json`, `clusters.json` and `routes/` of one proxy."""
        return self.folder / "proxies" / proxy

    def admin_socket(self, proxy: str) -> Path:
        """A Unix socket, which only its owner can open; whoever asks there can also stop the proxy."""
        return self.proxy_folder(proxy) / "admin"

    def request_log(self, proxy: str) -> Path:
        """The calls of one proxy that carry the mark of a run, a line each."""
        return self.proxy_folder(proxy) / "requests.log"

    @property
    def request_mark(self) -> str:
        """Begins the header `tracestate` of every call that is logged: the folder's name is random, and no visitor can know it."""
        return f"mesh={self.folder.name}-"

    def routes_file(self, proxy: str, route_configuration: str) -> Path:
        """One file per route configuration: of several in one file, Envoy takes the first."""
        too_long = len(route_configuration) > _LONGEST_NAME  # a Gateway of the Gateway API may have 253 letters
        name = hashlib.sha256(route_configuration.encode()).hexdigest() if too_long else route_configuration
        return self.proxy_folder(proxy) / "routes" / f"{name}.json"
