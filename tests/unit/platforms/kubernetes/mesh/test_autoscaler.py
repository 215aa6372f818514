"""A HorizontalPodAutoscaler of ours, and others' that stand in its way."""

from __future__ import annotations

from typing import Any, cast

import pytest

from platforms.boundary import Replicas
from platforms.errors import NotApplied, NotReachable
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import autoscaler


class Autoscalers:
    """A cluster that knows these objects of whatever kind; none answers for None."""

    def __init__(self, *found: dict[str, Any] | None) -> None:
        self._found = found

    def objects(self, _version: str, _kind: str, _namespace: str) -> list[dict[str, Any]]:
        if None in self._found:
            raise NotReachable("nobody serves this kind")
        return [one for one in self._found if one]

    @property
    def cluster(self) -> Cluster:
        return cast("Cluster", self)


def scaling(name: str, target: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"scaleTargetRef": {"name": target}}}


def test_the_object() -> None:
    """It looks at the app's own container, and keeps within the usual and the most."""
    spec = autoscaler.document("shop", Replicas("ratings-v1", 3, under_load=True), 1)["spec"]
    (metric,) = spec["metrics"]

    assert (1, 3, "ratings-v1") == (spec["minReplicas"], spec["maxReplicas"], spec["scaleTargetRef"]["name"])
    assert ("cpu", "ratings") == (metric["containerResource"]["name"], metric["containerResource"]["container"])


def test_somebody_elses() -> None:
    """One that scales the same workload is named, with what to do; ours, and one for another workload, are no rivals."""
    ours, others = scaling("ratings-v1-scale-out", "ratings-v1"), scaling("mine", "productpage-v1")
    autoscaler.refuse_rivals(Autoscalers(ours, others).cluster, "shop", {"ratings-v1"})
    autoscaler.refuse_rivals(Autoscalers(None).cluster, "shop", ())
    with pytest.raises(NotApplied, match="mine already scales ratings-v1: `kubectl delete hpa -n shop mine`"):
        autoscaler.refuse_rivals(Autoscalers(scaling("mine", "ratings-v1")).cluster, "shop", {"ratings-v1"})


def test_who_knows_the_load() -> None:
    """A metrics server that tells of a pod; one that tells of none yet, or is not there, does not."""
    assert autoscaler.knows_load(Autoscalers({"metadata": {}}).cluster, "shop")
    assert not autoscaler.knows_load(Autoscalers().cluster, "shop")
    assert not autoscaler.knows_load(Autoscalers(None).cluster, "shop")
