"""The objects of a cluster that decide about its rules, as far as it lets us look."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

import pytest

from platforms.kubernetes.client.api_errors import Forbidden
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import objects


class Server:
    """The API server's objects, as far as somebody may read them."""

    def __init__(
        self, *documents: dict[str, Any], forbidden: Collection[tuple[str, str | None]] = (), routes: bool = True
    ) -> None:
        """`forbidden` are kinds with a namespace, or None for all at once; without `routes` there is no Gateway API."""
        self.documents, self.forbidden, self.routes = documents, forbidden, routes

    def offers(self, _version: str, kind: str) -> bool:
        assert "HTTPRoute" == kind

        return self.routes

    def objects(
        self, _version: str, kind: str, namespace: str | None = None, *, labels: str = ""
    ) -> list[dict[str, Any]]:
        assert kind != "HTTPRoute" or self.routes
        if (kind, namespace) in self.forbidden:
            raise Forbidden("not allowed")
        label, _, value = labels.partition("=")
        return [
            one
            for one in self.documents
            if kind == one["kind"]
            and namespace in (None, one["metadata"]["namespace"])
            and (not label or one["metadata"].get("labels", {}).get(label) == value)
        ]

    @property
    def cluster(self) -> Cluster:
        return cast("Cluster", self)


def made(kind: str, name: str, namespace: str = "shop") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": {}}


EVERYTHING = (
    made("VirtualService", "ours"),
    made("VirtualService", "theirs", "elsewhere"),
    made("DestinationRule", "subsets"),
    made("HTTPRoute", "route", "elsewhere"),
    made("Gateway", "door", "elsewhere"),
    made("AuthorizationPolicy", "policy"),
    made("Service", "reviews"),
)


def names(inventory: objects.Inventory) -> tuple[list[str], list[str], list[str]]:
    """The names of the namespace's objects, of what may claim a host of theirs, and of its Services."""
    return (
        sorted(name for _, name in inventory.live),
        sorted(one["metadata"]["name"] for one in inventory.rivals),
        [f"{one.name}.{one.namespace}" for one in inventory.services],
    )


@pytest.mark.parametrize(
    ("server", "live", "rivals", "services"),
    [
        pytest.param(
            Server(*EVERYTHING),
            ["ours", "policy", "subsets"],
            ["ours", "route", "subsets", "theirs"],
            ["reviews.bookinfo"],
            id="everything",
        ),
        pytest.param(
            Server(*EVERYTHING, forbidden=[("VirtualService", None), ("HTTPRoute", None), ("HTTPRoute", "shop")]),
            ["ours", "policy", "subsets"],
            ["ours", "subsets"],
            ["reviews.bookinfo"],
            id="its own namespace only",
        ),
        pytest.param(
            Server(*EVERYTHING, forbidden=[("Service", "shop")], routes=False),
            ["ours", "policy", "subsets"],
            ["ours", "subsets", "theirs"],
            [],
            id="neither Services nor HTTPRoutes",
        ),
    ],
)
def test_inventory(server: Server, live: list[str], rivals: list[str], services: list[str]) -> None:
    """The objects that may be read; others' only of the kinds of which two may claim one host."""
    assert (live, rivals, services) == names(objects.inventory(server.cluster, "shop", "istio-system"))
    assert live == sorted(name for _, name in objects.live(server.cluster, "shop"))


def test_what_must_be_known_is_missed() -> None:
    """Without the namespace's own rules nobody can tell what a change would do."""
    with pytest.raises(Forbidden):
        objects.inventory(Server(*EVERYTHING, forbidden=[("Gateway", "shop")]).cluster, "shop", "istio-system")


def test_of_the_secrets_beside_the_gateway_only_the_demos_are_looked_at() -> None:
    """And where nobody lets us look there are none."""
    ours = made("Secret", "shop", "istio-system")
    ours["metadata"]["labels"] = dict([objects.CERTIFICATE])
    documents = (*EVERYTHING, ours, made("Secret", "istio-ca-secret", "istio-system"))

    found = objects.inventory(Server(*documents).cluster, "shop", "istio-system")
    forbidden = Server(*documents, forbidden=[("Secret", "istio-system")])

    assert [ours] == list(found.certificates)
    assert () == objects.inventory(forbidden.cluster, "shop", "istio-system").certificates


def test_a_namespace_in_the_name_of_routes_for_https() -> None:
    """It is the last part; a host that looks like it is none."""
    served = {"name": "https.443.a.door.shop", "domains": ["a.shop"], "host": "reviews.shop.svc.cluster.local"}

    assert {
        "name": "https.443.a.door.bookinfo",
        "domains": ["a.shop"],
        "host": "reviews.bookinfo.svc.cluster.local",
    } == objects.in_namespace(served, "shop", "bookinfo")
