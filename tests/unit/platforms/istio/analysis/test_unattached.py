"""What of an HTTPRoute leads nowhere is said."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.istio.analysis import unattached
from platforms.istio.push_context import PushContext
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.gateway_api.http_routes import DOOR, MESH, gateway, http_route

RULES = "[{backendRefs: [{name: reviews, port: 9080}]}]"
SERVICE = {"ports": [{"port": 9080}], "selector": {"app": "reviews", "version": "v1"}}
NOTHING = "the route acts on nothing there"


def hints(route: Resource, *others: Resource) -> list[str]:
    resources = ResourceSet((route, *others))
    return list(unattached.hints(route, resources, PushContext.of(resources, BOOKINFO)))


@pytest.mark.parametrize(
    ("parent", "said"),
    [
        ("name: nobody", "there is no Service nobody in namespace bookinfo"),
        ("name: reviews, port: 80", "Service reviews has no port 80, only 9080"),
    ],
)
def test_a_service_that_is_not_there(parent: str, said: str) -> None:
    """Nor is one with another port."""
    route = http_route(RULES, more=MESH.replace("name: reviews", parent))

    assert [f"spec.parentRefs[0]: {said}: {NOTHING}"] == hints(route)


def test_callers_of_another_namespace() -> None:
    """A route is for the callers of its namespace, or for all of the Service's."""
    parent = MESH.replace("reviews", "reviews, namespace: bookinfo")
    route = http_route(RULES.replace("port", "namespace: bookinfo, port"), more=parent, namespace="default")
    said = "a route of namespace default is for callers in that namespace, and there are none"

    assert [f"spec.parentRefs[0]: {said}: {NOTHING}"] == hints(route)


def test_a_gateway_that_is_not_there() -> None:
    """Istio's own of that name is another object."""
    said = "there is no Gateway door of the Gateway API in namespace bookinfo"

    assert [f"spec.parentRefs[0]: {said}: {NOTHING}"] == hints(http_route(RULES, more=DOOR))
    assert [] == hints(http_route(RULES, more=DOOR), gateway())


def test_a_gateway_that_does_not_take_it() -> None:
    """With the reason of its first listener."""
    route = http_route(RULES, more="parentRefs: [{name: door, sectionName: other}]")

    assert ["sectionName other is not the listener's"] == [one.split(": ")[2] for one in hints(route, gateway())]


def test_a_backend_that_is_not_there() -> None:
    """Its requests get 500, and what there is is named; with its Service it is fine."""
    route = http_route("[{backendRefs: [{name: reviews-v1, port: 9080}, {name: nobody, port: 1, weight: 0}]}]")
    (said,) = hints(route)

    assert said.startswith(
        "spec.rules[0].backendRefs[0]: there is no Service reviews-v1 among those known here, details, "
    )
    assert said.endswith(": its share of the requests is answered with 500")
    assert [] == hints(route, Resource("v1", "Service", "reviews-v1", SERVICE, "bookinfo"))


def test_a_backend_without_that_port() -> None:
    """A Service has one."""
    said = "Service reviews has no port 80, only 9080: its share of the requests is answered with 500"

    assert [f"spec.rules[0].backendRefs[0]: {said}"] == hints(
        http_route("[{backendRefs: [{name: reviews, port: 80}]}]")
    )


def test_a_mirror_that_is_not_there() -> None:
    """No copies are sent."""
    mirror = "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: nobody, port: 9080}}}]"
    (said,) = hints(http_route(f"[{{{mirror}, backendRefs: [{{name: reviews, port: 9080}}]}}]"))

    assert said.startswith("spec.rules[0].filters[0]: there is no Service nobody")
    assert said.endswith(": no copies are sent")
