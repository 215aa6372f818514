"""The Deployments of Bookinfo: stopped, scaled and as usual again, and whether their instances are ready."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.boundary import Replicas
from platforms.errors import NotApplied
from platforms.istio.registry import Workload
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import autoscaler

_NAMES = frozenset(workload.name for workload in BOOKINFO.workloads)
_KEPT = "bookinfo.demo/replicas"
"""The annotation of a Deployment that we have stopped or scaled: how many instances it had."""


def scale(cluster: Cluster, namespace: str, stopped: Collection[str], scaled: Collection[Replicas] = ()) -> None:
    """Take the instances of the stopped workloads away, scale others, and give every further one its usual instances back.

    An autoscaler of ours goes where it is not asked for. Raises NotApplied where somebody else's would scale the same.
    """
    wishes = {one.workload: one for one in scaled}
    if unknown := {*stopped, *wishes} - _NAMES:
        raise NotApplied(f"no such workload: {', '.join(sorted(unknown))}")
    autoscaler.refuse_rivals(cluster, namespace, wishes)
    for deployment in cluster.objects("apps/v1", "Deployment", namespace):
        metadata, replicas = deployment["metadata"], deployment["spec"]["replicas"]
        name, noted = metadata["name"], _note(deployment)
        if name not in _NAMES:
            continue
        usual = _usual(deployment)
        wish = None if name in stopped else wishes.get(name)
        if noted and replicas and not (wish and wish.under_load):
            autoscaler.remove(cluster, namespace, name)
        asked = 0 if name in stopped else _asked(wish, replicas, usual)
        note = str(usual) if wish or name in stopped else None
        if (asked, note) != (replicas, noted):
            cluster.patch(
                {
                    "metadata": {"name": name, "namespace": namespace, "annotations": {_KEPT: note}},
                    "spec": {"replicas": asked},
                }
            )
        if wish and wish.under_load:
            autoscaler.put(cluster, namespace, wish, usual)


def unready(
    cluster: Cluster, namespace: str, stopped: Collection[str], scaled: Collection[Replicas] = ()
) -> Iterator[str]:
    """Every Deployment that does not run as it should, in words."""
    found = {one["metadata"]["name"]: one for one in cluster.objects("apps/v1", "Deployment", namespace)}
    wishes = {one.workload: one for one in scaled}
    for name in sorted(_NAMES):
        if name not in found:
            yield f"there is no Deployment {name} in namespace {namespace}"
            continue
        asked, status = found[name]["spec"]["replicas"], found[name].get("status", {})
        ready = status.get("readyReplicas", 0)
        seen = status.get("observedGeneration", 0) >= found[name]["metadata"]["generation"]
        if name in stopped:
            if asked or ready or not seen:
                yield f"{name} still runs"
        elif not asked or ready < asked or not seen:
            yield f"{name} is not ready: {ready} of {asked} instances"
        elif asked != _asked(wishes.get(name), asked, _usual(found[name])):
            yield f"{name} has {asked} instances, which is not what was asked for"
        elif (there := status.get("replicas", ready)) > asked:
            yield f"{name} still has {there} instances instead of {asked}"


def replicas(cluster: Cluster, namespace: str) -> Mapping[Workload, int]:
    """The usual number of instances of each workload; of one that is stopped or scaled, those that it gets back."""
    found = {one["metadata"]["name"]: one for one in cluster.objects("apps/v1", "Deployment", namespace)}
    return {one: _usual(found[one.name]) for one in BOOKINFO.workloads if one.name in found}


def stopped(cluster: Cluster, namespace: str) -> set[str]:
    """The workloads that have been asked to have no instance."""
    found = cluster.objects("apps/v1", "Deployment", namespace)
    return {one["metadata"]["name"] for one in found if not one["spec"]["replicas"]} & _NAMES


def _asked(wish: Replicas | None, replicas: int, usual: int) -> int:
    """The instances that a Deployment which is not stopped is asked for; between the usual and the most, an autoscaler decides."""
    if wish is None:
        return usual
    return max(usual, min(replicas, wish.instances)) if wish.under_load else wish.instances


def _usual(deployment: Mapping[str, Any]) -> int:
    noted = _note(deployment)
    return int(noted) if noted else deployment["spec"]["replicas"] or 1


def _note(deployment: Mapping[str, Any]) -> str | None:
    note: str | None = (deployment["metadata"].get("annotations") or {}).get(_KEPT)
    return note
