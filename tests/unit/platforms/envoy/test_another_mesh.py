"""The translation is told which mesh it translates for, and knows none by itself."""

from __future__ import annotations

from pathlib import Path

from platforms.bookinfo import BOOKINFO
from platforms.envoy.topology import Ports, Topology
from platforms.envoy.translate import endpoints, translate
from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import ResourceSet
from tests.unit.platforms.istio.rules import rule

SHOP = Registry(
    namespace="shop",
    port=8000,
    services={"cart": "127.0.80.9"},
    workloads=(Workload("cart", "blue"), Workload("cart", "green")),
)
CART = "cart.shop.svc.cluster.local"


def test_another_mesh() -> None:
    """Another mesh has its own Services, ports, namespace and workloads, and nothing of Bookinfo's."""
    route = "{hosts: [cart], http: [{route: [{destination: {host: cart, subset: green}}]}]}"
    subsets = "{host: cart, subsets: [{name: green, labels: {version: green}}]}"
    rules = ResourceSet(
        (
            rule("VirtualService", "cart", route, namespace="shop"),
            rule("DestinationRule", "cart", subsets, namespace="shop"),
        )
    )
    ports = {"cart-blue": Ports(1, 2, 3), "cart-green": Ports(4, 5, 6)}
    topology = Topology(folder=Path("/run"), ports=ports, gateway_port=7)

    snapshot = translate(rules, SHOP, topology)
    sidecar = snapshot.proxies["cart-blue"]
    (cart, _) = sidecar.routes["8000"]["virtualHosts"]
    (behind,) = endpoints(snapshot, topology, ports)[f"outbound|8000|green|{CART}"]["endpoints"]

    assert {"cart-blue", "cart-green", "ingressgateway"} == snapshot.proxies.keys()
    assert f"outbound|8000|green|{CART}" == cart["routes"][0]["route"]["cluster"]
    assert "127.0.80.9" in cart["domains"]
    assert [5] == [one["endpoint"]["address"]["socketAddress"]["portValue"] for one in behind["lbEndpoints"]]
    assert not any(host in repr(snapshot) for host in BOOKINFO.services)
