"""Deployments stopped and started: what is asked of the API server, and when all is as it should be."""

from __future__ import annotations

from typing import Any, cast

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.boundary import Replicas
from platforms.errors import NotApplied
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import deployments


class Deployments:
    """The Deployments of a namespace, as the API server has them."""

    def __init__(self, **replicas: int) -> None:
        self.found = {
            one.name: _deployment(one.name, replicas.get(one.name.replace("-", "_"), 1)) for one in BOOKINFO.workloads
        }
        self.autoscalers: dict[str, dict[str, Any]] = {}

    def objects(self, _version: str, kind: str, namespace: str) -> list[dict[str, Any]]:
        assert "bookinfo" == namespace

        return list((self.found if kind == "Deployment" else self.autoscalers).values())

    def apply(self, document: dict[str, Any], **_: object) -> None:
        self.autoscalers[document["metadata"]["name"]] = document

    def delete(self, document: dict[str, Any]) -> None:
        self.autoscalers.pop(document["metadata"]["name"], None)

    def patch(self, document: dict[str, Any]) -> None:
        one = self.found[document["metadata"]["name"]]
        annotations = one["metadata"]["annotations"] | document["metadata"]["annotations"]
        one["metadata"]["annotations"] = {name: text for name, text in annotations.items() if text is not None}
        one["spec"]["replicas"] = one["status"]["readyReplicas"] = document["spec"]["replicas"]

    @property
    def cluster(self) -> Cluster:
        return cast("Cluster", self)

    @property
    def replicas(self) -> dict[str, int]:
        return {name: one["spec"]["replicas"] for name, one in self.found.items()}


def _deployment(name: str, replicas: int) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "generation": 2, "annotations": {}},
        "spec": {"replicas": replicas},
        "status": {"readyReplicas": replicas, "observedGeneration": 2},
    }


def unready(found: Deployments, *stopped: str) -> list[str]:
    return list(deployments.unready(found.cluster, "bookinfo", stopped))


def test_a_stopped_workload_gets_its_instances_back() -> None:
    """It gets as many as it had, whatever number that was; the others are left alone."""
    found = Deployments(ratings_v1=3)
    deployments.scale(found.cluster, "bookinfo", {"ratings-v1"})
    assert {"ratings-v1"} == deployments.stopped(found.cluster, "bookinfo")
    assert 0 == found.replicas["ratings-v1"]
    assert {one: 3 if one.app == "ratings" else 1 for one in BOOKINFO.workloads} == deployments.replicas(
        found.cluster, "bookinfo"
    )

    deployments.scale(found.cluster, "bookinfo", set())

    assert {one.name: 1 for one in BOOKINFO.workloads} | {"ratings-v1": 3} == found.replicas
    assert {} == found.found["ratings-v1"]["metadata"]["annotations"]


def test_a_scaled_workload_is_as_usual_again() -> None:
    """Whatever that was; meanwhile its usual number is still known, and what is in force is told from what is not."""
    found, wish = Deployments(ratings_v1=2), Replicas("ratings-v1", 4)
    deployments.scale(found.cluster, "bookinfo", set(), (wish,))
    deployments.scale(found.cluster, "bookinfo", set(), (wish,))

    assert {one.name: 1 for one in BOOKINFO.workloads} | {"ratings-v1": 4} == found.replicas
    assert 2 == deployments.replicas(found.cluster, "bookinfo")[BOOKINFO.workload("ratings-v1")]
    assert [] == list(deployments.unready(found.cluster, "bookinfo", (), (wish,)))
    assert ["ratings-v1 has 4 instances, which is not what was asked for"] == unready(found)

    deployments.scale(found.cluster, "bookinfo", set())
    found.found["ratings-v1"]["status"]["replicas"] = 4

    assert 2 == found.replicas["ratings-v1"]
    assert {} == found.found["ratings-v1"]["metadata"]["annotations"]
    assert ["ratings-v1 still has 4 instances instead of 2"] == unready(found)


def test_an_autoscaler_decides_between_the_usual_and_the_most() -> None:
    """What it has decided stays when the same is applied again; with the baseline it goes."""
    found, wish = Deployments(), Replicas("ratings-v1", 3, under_load=True)
    deployments.scale(found.cluster, "bookinfo", set(), (wish,))
    assert (1, 1) == (found.replicas["ratings-v1"], len(found.autoscalers))
    found.found["ratings-v1"]["spec"]["replicas"] = found.found["ratings-v1"]["status"]["readyReplicas"] = 3
    deployments.scale(found.cluster, "bookinfo", set(), (wish,))
    assert 3 == found.replicas["ratings-v1"]
    assert [] == list(deployments.unready(found.cluster, "bookinfo", (), (wish,)))

    deployments.scale(found.cluster, "bookinfo", set())

    assert (1, {}) == (found.replicas["ratings-v1"], found.autoscalers)


def test_a_workload_that_somebody_has_stopped_is_started() -> None:
    """With one instance, for nobody has written down how many it had."""
    found = Deployments(details_v1=0)
    deployments.scale(found.cluster, "bookinfo", set())

    assert 1 == found.replicas["details-v1"]


def test_no_such_workload() -> None:
    """Nothing is stopped then."""
    found = Deployments()
    with pytest.raises(NotApplied, match="no such workload: ratings-v9"):
        deployments.scale(found.cluster, "bookinfo", {"ratings-v1", "ratings-v9"})

    assert 1 == found.replicas["ratings-v1"]


def test_all_is_well() -> None:
    """Every Deployment has its instances, and the stopped one has none."""
    assert [] == unready(Deployments())
    assert [] == unready(Deployments(ratings_v1=0), "ratings-v1")


def test_who_is_not_as_asked() -> None:
    """Too few instances, one too many, a change that nobody has seen yet, a Deployment that is not there."""
    found = Deployments(reviews_v1=2, ratings_v1=1)
    found.found["reviews-v1"]["status"]["readyReplicas"] = 1
    found.found["reviews-v2"]["metadata"]["generation"] = 3
    del found.found["details-v1"]

    assert [
        "there is no Deployment details-v1 in namespace bookinfo",
        "ratings-v1 still runs",
        "reviews-v1 is not ready: 1 of 2 instances",
        "reviews-v2 is not ready: 1 of 1 instances",
    ] == unready(found, "ratings-v1")
