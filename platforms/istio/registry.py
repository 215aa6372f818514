"""What runs in the mesh: Bookinfo's Services, its six workloads and the ingress gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from platforms.istio.resources import NAMESPACE

SERVICE_PORT = 9080
"""The port of every Bookinfo Service, named `http`."""
GATEWAY = "ingressgateway"
GATEWAY_LABELS = {"app": "istio-ingressgateway", "istio": "ingressgateway"}
DOMAIN = "svc.cluster.local"


@dataclass(frozen=True, slots=True)
class Workload:
    """One running app in one version."""

    app: str
    version: str

    @property
    def name(self) -> str:
        return f"{self.app}-{self.version}"

    @property
    def labels(self) -> dict[str, str]:
        return {"app": self.app, "version": self.version}


WORKLOADS = tuple(
    Workload(app, version)
    for app, version in (
        ("details", "v1"),
        ("productpage", "v1"),
        ("ratings", "v1"),
        ("reviews", "v1"),
        ("reviews", "v2"),
        ("reviews", "v3"),
    )
)

# A Service has an address of its own, as a ClusterIP is; only the sidecars know it, nothing listens there.
SERVICES: Mapping[str, str] = {
    "details": "127.0.80.1",
    "productpage": "127.0.80.2",
    "ratings": "127.0.80.3",
    "reviews": "127.0.80.4",
}

REGISTRY: Mapping[str, str] = {f"{service}.{NAMESPACE}.{DOMAIN}": address for service, address in SERVICES.items()}
"""Every Service that the mesh knows, by full name, with its virtual address."""
