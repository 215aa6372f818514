"""The workloads of a demo, and how each is run: as a Deployment says it for Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from platforms.bookinfo import BOOKINFO, baseline
from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import ResourceSet


@dataclass(frozen=True, slots=True)
class Deployment:
    """One workload, and what makes it another than the other versions of its app."""

    workload: Workload
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables that distinguish its version."""
    replicas: int = 1
    """How many instances of it run."""
    is_stub: bool = False
    """A program that only says who it is and what it was asked, in place of the app itself."""

    @property
    def instances(self) -> tuple[str, ...]:
        """The names of its instances: `reviews-v1` as if it were alone, then `reviews-v1-2`, `reviews-v1-3` and so on."""
        name = self.workload.name
        return (name, *(f"{name}-{number}" for number in range(2, self.replicas + 1)))


_BACKENDS = tuple(f"{app}_{what}" for app in ("DETAILS", "REVIEWS", "RATINGS") for what in ("HOSTNAME", "SERVICE_PORT"))
CONFIGURATION: Mapping[str, tuple[str, ...]] = {
    "productpage": ("FORWARD_COOKIE", "FLOOD_FACTOR", "FRAME_ANCESTORS", "SERVICES_DOMAIN", *_BACKENDS),
    "details": ("ACCESS_LOG",),
    "reviews": ("FORWARD_COOKIE", "CLUSTER_NAME", "SERVICES_DOMAIN", *_BACKENDS),
    "ratings": ("ACCESS_LOG", "SEED"),
}
"""The variables by which a user of `up` may configure an app, as services/README.md has them.

Left out is what the platform decides, what would make one version another, and what may be another program's secret.
"""
_VERSION_ENVIRONMENT: Mapping[str, Mapping[str, str]] = {
    "reviews-v1": {"ENABLE_RATINGS": "false"},
    "reviews-v2": {"ENABLE_RATINGS": "true", "STAR_COLOR": "black"},
    "reviews-v3": {"ENABLE_RATINGS": "true", "STAR_COLOR": "red"},
}
DEPLOYMENTS = tuple(Deployment(one, _VERSION_ENVIRONMENT.get(one.name, {})) for one in BOOKINFO.workloads)
"""Bookinfo as it is where nobody asks for more."""


def replicas(deployments: Iterable[Deployment]) -> dict[str, str]:
    """The workload of each instance that does not bear its workload's name."""
    return {name: one.workload.name for one in deployments for name in one.instances[1:]}


def registry(deployments: Iterable[Deployment], services: Registry = BOOKINFO) -> Registry:
    """Bookinfo's Services, or others, with these workloads behind them."""
    return replace(services, workloads=tuple(one.workload for one in deployments))


def rules_at_first(deployments: Iterable[Deployment]) -> ResourceSet:
    """The rules that are in force before any other: the baseline, and none in a mesh of somebody's own."""
    return ResourceSet() if any(one.is_stub for one in deployments) else baseline()


def document(deployments: Iterable[Deployment]) -> list[dict[str, Any]]:
    """The deployments as JSON has them."""
    return list(map(asdict, deployments))
