"""A user's own objects over the baseline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, NAMESPACE, baseline
from platforms.istio.overlay import lay_over
from platforms.istio.resources import NOW, Resource, ResourceSet
from tests.unit.platforms.istio.gateway_api.http_routes import gateway, http_route


def virtual_service(name: str, *hosts: str, gateways: list[str] | None = None, namespace: str = "bookinfo") -> Resource:
    spec: dict[str, Any] = {"hosts": list(hosts), "http": []}
    if gateways:
        spec["gateways"] = gateways
    return Resource("networking.istio.io/v1", "VirtualService", name, spec, namespace=namespace)


BASE = ResourceSet((virtual_service("bookinfo", "*", gateways=["door"]), virtual_service("reviews", "reviews")))


def names(resources: ResourceSet) -> list[str]:
    return [resource.name for resource in resources]


def test_same_name() -> None:
    """An object of the same kind and name takes the baseline's place, which needs no words."""
    own = virtual_service("reviews", "reviews", "ratings")
    laid = lay_over(BASE, ResourceSet((own,)), BOOKINFO)

    assert () == laid.notes
    assert [BASE.resources[0], own] == list(laid.resources)


@pytest.mark.parametrize(
    "host",
    ["reviews", "Reviews", "reviews.bookinfo.svc.cluster.local", "*.bookinfo.svc.cluster.local", "*.local", "*"],
)
def test_same_host(host: str) -> None:
    """The baseline's VirtualService steps aside for another name that claims its host, by name or by a wildcard."""
    laid = lay_over(BASE, ResourceSet((virtual_service("mine", host),)), BOOKINFO)

    assert ["bookinfo", "mine"] == names(laid.resources)
    assert (
        "VirtualService reviews of the baseline steps aside: VirtualService mine claims the same host",
    ) == laid.notes


@pytest.mark.parametrize("host", ["ratings", "reviews.bookinfo", "reviews.bookinfo.svc", "*.example.com"])
def test_other_host(host: str) -> None:
    """A VirtualService with another host disturbs nobody; to Istio, any name with a dot is one in full."""
    laid = lay_over(BASE, ResourceSet((virtual_service("mine", host),)), BOOKINFO)

    assert ["bookinfo", "mine", "reviews"] == names(laid.resources)


def test_host_of_another_namespace() -> None:
    """A short host means the namespace of its own object."""
    laid = lay_over(BASE, ResourceSet((virtual_service("mine", "reviews", namespace="other"),)), BOOKINFO)

    assert () == laid.notes


def test_gateway() -> None:
    """At a gateway both stay: Istio merges them."""
    laid = lay_over(BASE, ResourceSet((virtual_service("mine", "*", "reviews", gateways=["door"]),)), BOOKINFO)

    assert ["bookinfo", "mine", "reviews"] == names(laid.resources)


def test_gateway_and_mesh() -> None:
    """A VirtualService for a gateway and for the mesh claims its hosts in the mesh too."""
    laid = lay_over(BASE, ResourceSet((virtual_service("mine", "reviews", gateways=["door", "mesh"]),)), BOOKINFO)

    assert ["bookinfo", "mine"] == names(laid.resources)


def test_nothing() -> None:
    """Nothing over the baseline is the baseline."""
    assert baseline().revision == lay_over(baseline(), ResourceSet(), BOOKINFO).resources.revision


@pytest.mark.parametrize("spec", [{}, {"hosts": "reviews"}, {"hosts": [1]}, {"hosts": ["reviews"], "gateways": "mesh"}])
def test_malformed(spec: dict[str, Any]) -> None:
    """An invalid VirtualService claims nothing; the translation refuses it with better words."""
    own = Resource("networking.istio.io/v1", "VirtualService", "mine", spec, NAMESPACE)

    assert ["bookinfo", "mine", "reviews"] == names(lay_over(BASE, ResourceSet((own,)), BOOKINFO).resources)


def destination_rule(name: str, host: str = "reviews", **said: Any) -> Resource:
    return Resource("networking.istio.io/v1", "DestinationRule", name, {"host": host, **said}, NAMESPACE)


def test_host_that_nobody_here_sees() -> None:
    """A VirtualService that another namespace keeps to itself claims nothing."""
    own = virtual_service("mine", "reviews.bookinfo.svc.cluster.local", namespace="other")
    own = replace(own, spec={**own.spec, "exportTo": ["."]})

    assert ["bookinfo", "reviews", "mine"] == names(lay_over(BASE, ResourceSet((own,)), BOOKINFO).resources)


def test_age() -> None:
    """The baseline's objects are older than the user's; one that is changed stays as old as it was."""
    own = ResourceSet((virtual_service("reviews", "reviews"), virtual_service("a", "ratings")))
    laid = lay_over(baseline(), own, BOOKINFO).resources

    assert {"a": NOW, "reviews": 0, "bookinfo": 0} == {one.name: one.created for one in laid.of_kind("VirtualService")}


@pytest.mark.parametrize("exported", [["*"], ["."], ["istio-system"]])
def test_rule_exported_otherwise(exported: list[str]) -> None:
    """Istio does not merge rules of one host with another exportTo, so nothing steps aside, and it is said."""
    own = destination_rule("canary", exportTo=exported, subsets=[{"name": "v1"}])
    laid = lay_over(RULED, ResourceSet((own,)), BOOKINFO)

    assert RULED.resources[0] in laid.resources
    assert (
        "DestinationRule canary names exportTo, so it acts alone: DestinationRule reviews of the baseline has no effect there",
    ) == laid.notes


RANDOM, STICKY = {"loadBalancer": {"simple": "RANDOM"}}, {"loadBalancer": {"simple": "LEAST_REQUEST"}}
RULED = ResourceSet((destination_rule("reviews", trafficPolicy=RANDOM, subsets=[{"name": "v1"}, {"name": "v2"}]),))


def test_policy_under_another_name() -> None:
    """The baseline's policy for a host gives way to the user's; its subsets stay."""
    own = destination_rule("sticky", "reviews.bookinfo.svc.cluster.local", trafficPolicy=STICKY)
    laid = lay_over(RULED, ResourceSet((own,)), BOOKINFO)

    assert {"host": "reviews", "subsets": [{"name": "v1"}, {"name": "v2"}]} == laid.resources.resources[0].spec
    assert (
        "DestinationRule reviews of the baseline steps aside where DestinationRule sticky says the same for its host",
    ) == laid.notes


def test_subset_under_another_name() -> None:
    """The same holds for a subset of the same name; the others, and the policy, stay."""
    own = destination_rule("sticky", subsets=[{"name": "v2", "trafficPolicy": STICKY}])
    laid = lay_over(RULED, ResourceSet((own,)), BOOKINFO)

    assert {"host": "reviews", "trafficPolicy": RANDOM, "subsets": [{"name": "v1"}]} == laid.resources.resources[0].spec


@pytest.mark.parametrize(
    "own",
    [
        destination_rule("sticky", "ratings", trafficPolicy=STICKY),
        destination_rule("sticky", subsets=[{"name": "v3"}]),
        destination_rule("sticky", subsets="none"),
    ],
    ids=["another host", "another subset", "nonsense"],
)
def test_nothing_said_twice(own: Resource) -> None:
    """A DestinationRule that says something else disturbs nobody."""
    laid = lay_over(RULED, ResourceSet((own,)), BOOKINFO)

    assert () == laid.notes
    assert RULED.resources[0] == laid.resources.resources[0]


def test_an_http_route() -> None:
    """It claims the host of the Service that it is for, as a VirtualService does."""
    route = http_route("[{backendRefs: [{name: ratings, port: 9080}]}]")
    laid = lay_over(BASE, ResourceSet((route,)), BOOKINFO)

    assert ["mine", "bookinfo"] == names(laid.resources)
    assert (
        "VirtualService reviews of the baseline steps aside: x.yaml: HTTPRoute mine claims the same host" in laid.notes
    )


def test_a_gateway_of_the_gateway_api() -> None:
    """It takes the one gateway's place: what the baseline says there goes, even a Gateway of that name."""
    door = Resource("networking.istio.io/v1", "Gateway", "door", {"selector": {}}, namespace="bookinfo")
    laid = lay_over(ResourceSet((*BASE, door)), ResourceSet((gateway(),)), BOOKINFO)

    assert [("KubernetesGateway", "door"), ("VirtualService", "reviews")] == [
        (one.collection, one.name) for one in laid.resources
    ]
    assert 2 == len(laid.notes)


def test_an_http_route_of_another_namespace() -> None:
    """It is for callers there, and leaves those of Bookinfo to the baseline."""
    there = "parentRefs: [{group: '', kind: Service, name: reviews, namespace: bookinfo}]"
    route = http_route("[{backendRefs: [{name: ratings, port: 9080}]}]", more=there, namespace="default")

    assert ["reviews"] == names(lay_over(BASE, ResourceSet((route,)), BOOKINFO).resources)[-1:]
