"""The Deployments of Bookinfo: stopped and started again, and whether their instances are ready."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.errors import NotApplied
from platforms.istio.registry import Workload
from platforms.kubernetes.client.cluster import Cluster

_NAMES = frozenset(workload.name for workload in BOOKINFO.workloads)
_KEPT = "bookinfo.demo/replicas"
"""The annotation of a Deployment that we have stopped: how many instances it had."""


def scale(cluster: Cluster, namespace: str, stopped: Collection[str]) -> None:
    """Take the instances of these workloads away, and give every other stopped one its instances back."""
    if unknown := set(stopped) - _NAMES:
        raise NotApplied(f"no such workload: {', '.join(sorted(unknown))}")
    for deployment in cluster.objects("apps/v1", "Deployment", namespace):
        metadata, replicas = deployment["metadata"], deployment["spec"]["replicas"]
        if metadata["name"] not in _NAMES or bool(replicas) == (metadata["name"] not in stopped):
            continue
        kept = str(replicas) if replicas else None
        asked = 0 if replicas else _kept(deployment)
        cluster.patch(
            {
                "metadata": {"name": metadata["name"], "namespace": namespace, "annotations": {_KEPT: kept}},
                "spec": {"replicas": asked},
            }
        )


def unready(cluster: Cluster, namespace: str, stopped: Collection[str]) -> Iterator[str]:
    """Every Deployment that does not run as it should, in words."""
    found = {one["metadata"]["name"]: one for one in cluster.objects("apps/v1", "Deployment", namespace)}
    for name in sorted(_NAMES):
        if name not in found:
            yield f"there is no Deployment {name} in namespace {namespace}"
            continue
        asked, status = found[name]["spec"]["replicas"], found[name].get("status", {})
        ready = status.get("readyReplicas", 0)
        seen = status.get("observedGeneration", 0) >= found[name]["metadata"]["generation"]
        if name in stopped and (asked or ready or not seen):
            yield f"{name} still runs"
        elif name not in stopped and (not asked or ready < asked or not seen):
            yield f"{name} is not ready: {ready} of {asked} instances"


def replicas(cluster: Cluster, namespace: str) -> Mapping[Workload, int]:
    """The number of instances of each workload; of a stopped one, those that it gets back."""
    found = {one["metadata"]["name"]: one for one in cluster.objects("apps/v1", "Deployment", namespace)}
    there = (one for one in BOOKINFO.workloads if one.name in found)
    return {one: found[one.name]["spec"]["replicas"] or _kept(found[one.name]) for one in there}


def stopped(cluster: Cluster, namespace: str) -> set[str]:
    """The workloads that have been asked to have no instance."""
    found = cluster.objects("apps/v1", "Deployment", namespace)
    return {one["metadata"]["name"] for one in found if not one["spec"]["replicas"]} & _NAMES


def _kept(deployment: Mapping[str, Any]) -> int:
    return int((deployment["metadata"].get("annotations") or {}).get(_KEPT, 1))
