"""Rules of somebody else's, held to what is claimed of them on a mesh of stubs."""

from __future__ import annotations

import pytest

from platforms.errors import Rejected, UsageError
from scenarios.plugin.mesh import StubMesh

SPLIT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders}
spec:
  hosts: [orders]
  http:
  - match: [{headers: {x-tester: {exact: "yes"}}}]
    route: [{destination: {host: orders, subset: v2}}]
  - route:
    - {destination: {host: orders, subset: v1}, weight: 80}
    - {destination: {host: orders, subset: v2}, weight: 20}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: orders}
spec:
  host: orders
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
"""
DOOR = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop.example]
  gateways: [door]
  http: [{route: [{destination: {host: orders}}]}]
"""


def test_claims(mesh: StubMesh) -> None:
    """Shares, a header's route, a status and a delay hold as claimed; what is claimed wrongly fails with the counts."""
    mesh.service("orders", ["v1", "v2"])
    mesh.apply(SPLIT, DOOR)

    mesh.expect("orders", shares={"v1": 80, "v2": 20})
    mesh.expect("orders", path="/x", headers={"x-tester": "yes"}, shares={"v2": 100}, never=["v1"])
    with pytest.raises(AssertionError, match=r"orders: FAILS: .*v2: .* allowed .* for 50 %.*proxies' count: orders-v1"):
        mesh.expect("orders", shares={"v1": 50, "v2": 50})

    mesh.answer("orders", "v2", status=503, delay=0.02)
    mesh.expect("orders", headers={"x-tester": "yes"}, status=503, requests=99)
    with pytest.raises(AssertionError, match="took longer than 10 ms"):
        mesh.expect("orders", headers={"x-tester": "yes"}, status=503, within="10ms", requests=99)

    assert "/a?b=1" == mesh.get("http://shop.example/a?b=1").told["path"]
    with pytest.raises(Rejected, match="duplicate hosts"):
        mesh.apply(DOOR.replace("hosts: [shop.example]\n  gateways", "hosts: [a.b, a.b]\n  gateways"))


def test_reset(mesh: StubMesh) -> None:
    """The next test begins without the services and rules of the one before."""
    with pytest.raises(UsageError, match="no version is declared yet"):
        mesh.get("orders")

    mesh.service("orders", ["v1", "v2"])
    mesh.expect("orders", status=200)
