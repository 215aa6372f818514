"""A HorizontalPodAutoscaler for a workload: its instances come when those that there are have enough to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from platforms.bookinfo import BOOKINFO
from platforms.boundary import Replicas
from platforms.errors import DemoError, NotApplied
from platforms.kubernetes.client.cluster import Cluster

_API, _KIND = "autoscaling/v2", "HorizontalPodAutoscaler"
_METRICS = "metrics.k8s.io/v1beta1"
_SUFFIX = "-scale-out"
_BUSY = "20m"
"""The CPU of an instance on average, of its own container: a fifth of what one of ratings computes that is never idle."""


def put(cluster: Cluster, namespace: str, wish: Replicas, usual: int) -> None:
    """Let a workload have as many instances as its load takes, from as many as usual to as many as is wished for."""
    cluster.apply(document(namespace, wish, usual), where=f"{_KIND} {wish.workload}{_SUFFIX}")


def remove(cluster: Cluster, namespace: str, workload: str) -> None:
    """Remove ours for this workload, if there is one."""
    cluster.delete(
        {
            "apiVersion": _API,
            "kind": _KIND,
            "metadata": {"name": f"{workload}{_SUFFIX}", "namespace": namespace},
        }
    )


def refuse_rivals(cluster: Cluster, namespace: str, workloads: Collection[str]) -> None:
    """Raise NotApplied if somebody else's autoscaler already decides about one of these workloads."""
    if not workloads:
        return
    for one in cluster.objects(_API, _KIND, namespace):
        name, target = one["metadata"]["name"], one["spec"]["scaleTargetRef"]["name"]
        if target in workloads and name != f"{target}{_SUFFIX}":
            raise NotApplied(
                f"{_KIND} {name} already scales {target}: `kubectl delete hpa -n {namespace} {name}`, and try again"
            )


def knows_load(cluster: Cluster, namespace: str) -> bool:
    """Tell whether a metrics server says what pods are busy with."""
    try:
        return bool(cluster.objects(_METRICS, "PodMetrics", namespace))
    except DemoError:  # there is none, or none that answers
        return False


def document(namespace: str, wish: Replicas, usual: int) -> dict[str, Any]:
    """The autoscaler as an object: up at once, and down when Kubernetes thinks so, or the baseline is back."""
    workload = BOOKINFO.workload(wish.workload)
    cpu = {"name": "cpu", "container": workload.app, "target": {"type": "AverageValue", "averageValue": _BUSY}}
    return {
        "apiVersion": _API,
        "kind": _KIND,
        "metadata": {
            "name": f"{workload.name}{_SUFFIX}",
            "namespace": namespace,
            "labels": {"app.kubernetes.io/part-of": "bookinfo"},
        },
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
            "minReplicas": usual,
            "maxReplicas": wish.instances,
            "metrics": [{"type": "ContainerResource", "containerResource": cpu}],
            "behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": wish.instances, "periodSeconds": 15}]}},
        },
    }
