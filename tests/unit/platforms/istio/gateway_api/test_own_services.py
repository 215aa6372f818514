"""Services of people's own: which join the mesh, and what is behind them."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, NAMESPACE
from platforms.istio.gateway_api.own_services import extended, hindrance, is_address
from platforms.istio.resources import Resource

SPEC = {"ports": [{"name": "http", "port": 9080}], "selector": {"app": "reviews", "version": "v1"}}


def service(name: str = "reviews-v1", *, namespace: str = NAMESPACE, **spec: Any) -> Resource:
    return Resource("v1", "Service", name, {**SPEC, **spec}, namespace)


def test_a_service_for_one_version() -> None:
    """It is one of the mesh, with an address that no other has, and that version behind it."""
    registry = extended(BOOKINFO, [service(), service("all", selector={"app": "reviews"})])

    assert {"all", "reviews-v1"} < registry.services.keys()
    assert [False] * 4 + [True] * 2 == [is_address(one) for one in registry.services.values()]
    assert len(registry.services) == len(set(registry.services.values()))
    assert ["reviews-v1"] == [one.name for one in registry.behind(registry.host("reviews-v1"))]
    assert ["reviews-v1", "reviews-v2", "reviews-v3"] == [one.name for one in registry.behind(registry.host("all"))]
    assert ["ratings-v1"] == [one.name for one in registry.behind(registry.host("ratings"))]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (service("reviews"), "it has one of this name"),
        (service(namespace="default"), "it is in namespace default"),
        (service(clusterIP="None"), "it has no address of its own"),
        (service(type="ExternalName"), "it has no address of its own"),
        (service(ports=[{"port": 80}]), "it has no port 9080"),
        (service(ports="9080"), "it has no port 9080"),
        (service(selector={}), "its selector selects no workload"),
        (service(selector=None), "its selector selects no workload"),
        (service(selector={"app": "shop"}), "its selector selects no workload"),
        (Resource("apps/v1", "Deployment", "a", SPEC, NAMESPACE), "it is no Service"),
    ],
)
def test_what_adds_none(other: Resource, reason: str) -> None:
    """With the reason; the registry stays as it was."""
    assert reason == hindrance(other, BOOKINFO)
    assert BOOKINFO is extended(BOOKINFO, [other])
