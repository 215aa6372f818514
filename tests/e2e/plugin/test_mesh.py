"""Rules of somebody else's, held to what is claimed of them on a mesh of stubs."""

from __future__ import annotations

import socket

import pytest

from platforms.errors import NotReachable, Rejected, UsageError
from platforms.loopback import LOOPBACK, free_port
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
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["*"]
  gateways: [door]
  http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: orders}}]}]
"""


def test_claims(mesh: StubMesh) -> None:
    """Shares, a header's route, a status and a delay hold as claimed; what is claimed wrongly fails with the counts."""
    mesh.service("orders", ["v1", "v2"])
    mesh.apply(SPLIT, DOOR)

    mesh.expect("orders", shares={"v1": 80, "v2": 20})
    mesh.expect("orders", path="/x", headers={"x-tester": "yes"}, shares={"v2": 100}, never=["v1"])
    with pytest.raises(
        AssertionError, match=r"orders: FAILS: .*v2: .* allowed .* for 50 %.*\n  answers: .*\n  .* orders-v1"
    ):
        mesh.expect("orders", shares={"v1": 50, "v2": 50})

    mesh.answer("orders", "v2", status=503, delay=0.02)
    mesh.expect("orders", headers={"x-tester": "yes"}, status=503, requests=99)
    with pytest.raises(AssertionError, match=r"were to come within 0\.01 s"):
        mesh.expect("orders", headers={"x-tester": "yes"}, status=503, within="10ms", requests=99)

    assert "/a?b=1" == mesh.get("http://shop.example/a?b=1").told["path"]
    assert [404] * 9 == [one.status for one in mesh.get_many("http://127.0.0.1/b", 9, at_once=3)]
    with pytest.raises(Rejected, match=r"the YAML of this test:9: .*duplicate hosts"):
        mesh.apply(DOOR.replace('hosts: ["*"]\n  gateways', "hosts: [a.b, a.b]\n  gateways"))


def test_reset(mesh: StubMesh) -> None:
    """The next test begins without the services, the rules and the answers of the one before."""
    with pytest.raises(UsageError, match="no version is declared yet"):
        mesh.get("orders")

    mesh.service("orders", ["v1", "v2"])
    mesh.expect("orders", status=200)


@pytest.mark.exhaustive
def test_a_port_that_is_taken(mesh: StubMesh) -> None:
    """It does not matter who listens on the port of a Service: that one is on an address which only proxies know."""
    with socket.create_server((LOOPBACK, free_port())) as taken:
        mesh.service("orders", ["v1"], port=taken.getsockname()[1])
        mesh.expect("orders", shares={"v1": 100}, requests=50)


@pytest.mark.exhaustive
def test_a_mesh_that_was_killed(mesh: StubMesh) -> None:
    """Whoever asks it next is told, and the one after that has another."""
    mesh.service("orders", ["v1", "v2"])
    mesh.get("orders")
    standing = mesh._standing
    assert standing
    standing._supervisor.kill()
    standing._supervisor.wait()

    with pytest.raises(NotReachable, match="the mesh has ended"):
        mesh.get("orders")
    assert 200 == mesh.get("orders").status


def test_what_is_wrong(mesh: StubMesh) -> None:
    """A host that is not there is named where an expectation fails of it; what this mesh cannot take, before anything is sent."""
    mesh.service("orders", ["v1", "v2"])
    with pytest.raises(UsageError, match="in namespace shop, and a mesh has one, here default"):
        mesh.apply(SPLIT.replace("{name: orders}", "{name: orders, namespace: shop}"))
    with pytest.raises(UsageError, match="'order': no such service; there are orders"):
        mesh.get("order")
    with pytest.raises(UsageError, match="v3: no version of a service; there are orders-v1, orders-v2, v1, v2"):
        mesh.expect("orders", never="v3")

    assert ["IST0101"] == [
        one.partition("[")[2][:7] for one in mesh.apply(SPLIT.replace("host: orders, s", "host: order, s"))
    ][:1]
    with pytest.raises(AssertionError, match=r'HTTP 503: (?s:.*)IST0101.*Referenced host not found: "order"'):
        mesh.expect("orders", status=200)
