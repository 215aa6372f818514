"""The workloads of a demo, and how each is run: as a Deployment says it for Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from platforms.bookinfo import BOOKINFO
from platforms.istio.registry import Registry, Workload


@dataclass(frozen=True, slots=True)
class Deployment:
    """One workload, and what makes it another than the other versions of its app."""

    workload: Workload
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables that distinguish its version."""


_VERSION_ENVIRONMENT: Mapping[str, Mapping[str, str]] = {
    "reviews-v1": {"ENABLE_RATINGS": "false"},
    "reviews-v2": {"ENABLE_RATINGS": "true", "STAR_COLOR": "black"},
    "reviews-v3": {"ENABLE_RATINGS": "true", "STAR_COLOR": "red"},
}
DEPLOYMENTS = tuple(Deployment(one, _VERSION_ENVIRONMENT.get(one.name, {})) for one in BOOKINFO.workloads)
"""Bookinfo as it is where nobody asks for more."""


def registry(deployments: Iterable[Deployment]) -> Registry:
    """Bookinfo's Services, with these workloads behind them."""
    return replace(BOOKINFO, workloads=tuple(one.workload for one in deployments))
