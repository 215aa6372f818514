"""A registry is all that a translation knows of a mesh: it knows none by itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.environment import ROOT
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
    (behind,) = endpoints(snapshot, topology, ports)["shop"][f"outbound|8000|green|{CART}"]["endpoints"]

    assert {"cart-blue", "cart-green", "ingressgateway"} == snapshot.proxies.keys()
    assert f"outbound|8000|green|{CART}" == cart["routes"][0]["route"]["cluster"]
    assert "127.0.80.9" in cart["domains"]
    assert [5] == [one["endpoint"]["address"]["socketAddress"]["portValue"] for one in behind["lbEndpoints"]]
    assert not any(host in repr(snapshot) for host in BOOKINFO.services)


@pytest.mark.parametrize("package", ["istio", "envoy"])
def test_the_code_knows_nothing_of_bookinfo(package: str) -> None:
    """Its namespace, Services and workloads are given; a docstring may have them as an example."""
    named = []
    for path in sorted((ROOT / "platforms" / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        words = {word for node in ast.walk(ast.parse(text)) for word in _words(node)}
        if "bookinfo" in text.lower() or words & BOOKINFO.services.keys():
            named.append(path.name)

    assert [] == named


def _words(node: ast.AST) -> list[str]:
    """The words of a name, or of a text that is no sentence."""
    match node:
        case ast.Constant(value=str(text)) if " " not in text:
            return re.findall("[a-z]+", text)
        case ast.Name(id=name) | ast.alias(name=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return re.findall("[a-z]+", name.lower())
    return []
