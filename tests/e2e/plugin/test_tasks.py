"""Rules such as Istio's tasks teach them do on a mesh of stubs what the tasks say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from scenarios.plugin.mesh import StubMesh

pytestmark = pytest.mark.exhaustive  # test_mesh.py has a like of each

APPS = {"productpage": ["v1"], "details": ["v1", "v2"], "ratings": ["v1", "v2"], "reviews": ["v1", "v2", "v3"]}
JASON = {"end-user": "jason"}
OF_JASON = [{"headers": {"end-user": {"exact": "jason"}}}]
BREAKER = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: httpbin}
spec:
  host: httpbin
  trafficPolicy:
    connectionPool:
      tcp: {maxConnections: 1}
      http: {http1MaxPendingRequests: 1, maxRequestsPerConnection: 1}
    outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100}
"""
INGRESS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: bookinfo-gateway}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bookinfo}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http:
  - match: [{uri: {exact: /productpage}}, {uri: {prefix: /static}}]
    route: [{destination: {host: productpage, port: {number: 9080}}}]
"""
INGRESS_BY_GATEWAY_API = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: bookinfo-gateway}
spec:
  gatewayClassName: istio
  listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Same}}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: bookinfo}
spec:
  parentRefs: [{name: bookinfo-gateway}]
  rules:
  - matches: [{path: {type: Exact, value: /productpage}}, {path: {type: PathPrefix, value: /static}}]
    backendRefs: [{name: productpage, port: 9080}]
"""
ALLOW = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: httpbin}
spec:
  selector: {matchLabels: {app: httpbin}}
  action: ALLOW
  rules: [{to: [{operation: {paths: [/ip]}}]}]
"""
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: reviews}
spec:
  parentRefs: [{group: "", kind: Service, name: reviews, port: 9080}]
  rules:
  - matches: [{headers: [{name: end-user, value: jason}]}]
    backendRefs: [{name: reviews-v2, port: 9080}]
  - backendRefs: [{name: reviews-v1, port: 9080, weight: 50}, {name: reviews-v3, port: 9080, weight: 50}]
"""


@pytest.fixture
def bookinfo(mesh: StubMesh) -> StubMesh:
    """The apps of the tasks, with a DestinationRule of each as the tasks apply them first."""
    for name, versions in APPS.items():
        mesh.service(name, versions)
        mesh.apply(subsets(name, versions))
    return mesh


def subsets(host: str, versions: Iterable[str]) -> dict[str, Any]:
    spec = {"host": host, "subsets": [{"name": one, "labels": {"version": one}} for one in versions]}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": host},
        "spec": spec,
    }


def routes(host: str, *http: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": host},
        "spec": {"hosts": [host], "http": http},
    }


def to(host: str, *subsets: str, **more: Any) -> dict[str, Any]:
    """A route to subsets, to each as often as to the others."""
    weight = {"weight": 100 // len(subsets)}
    return {"route": [{"destination": {"host": host, "subset": one}, **weight} for one in subsets], **more}


def test_request_routing(bookinfo: StubMesh) -> None:
    """Everybody gets v1 of everything, and jason v2 of reviews."""
    bookinfo.apply(*(routes(name, to(name, "v1")) for name in APPS))
    bookinfo.expect("details", shares={"v1": 100})
    bookinfo.apply(routes("reviews", to("reviews", "v2", match=OF_JASON), to("reviews", "v1")))
    bookinfo.expect("reviews", shares={"v1": 100})
    bookinfo.expect("reviews", headers=JASON, shares={"v2": 100})


def test_fault_injection(bookinfo: StubMesh) -> None:
    """Jason waits, then gets an error, and nobody else does."""
    delay = {"delay": {"percentage": {"value": 100.0}, "fixedDelay": "0.5s"}}
    bookinfo.apply(routes("ratings", to("ratings", "v1", match=OF_JASON, fault=delay), to("ratings", "v1")))
    assert bookinfo.get("ratings", headers=JASON).seconds >= 0.5
    bookinfo.expect("ratings", within="450ms")
    abort = {"abort": {"percentage": {"value": 100.0}, "httpStatus": 500}}
    bookinfo.apply(routes("ratings", to("ratings", "v1", match=OF_JASON, fault=abort), to("ratings", "v1")))
    bookinfo.expect("ratings", headers=JASON, status=500)
    bookinfo.expect("ratings", status=200)


def test_traffic_shifting(bookinfo: StubMesh) -> None:
    """Half of the calls each."""
    bookinfo.apply(routes("reviews", to("reviews", "v1", "v3")))
    bookinfo.expect("reviews", shares={"v1": 50, "v3": 50})


def test_request_timeouts(bookinfo: StubMesh) -> None:
    """A call that takes longer is an error in time."""
    bookinfo.apply(routes("reviews", to("reviews", "v2", timeout="0.5s")))
    bookinfo.answer("reviews", "v2", delay=5)
    bookinfo.expect("reviews", status=504, within="4s", requests=20)


def test_circuit_breaking(mesh: StubMesh) -> None:
    """One call at a time passes; of several at once some are refused, and none reaches anybody twice."""
    mesh.service("httpbin", ["v1"], port=8000)
    mesh.apply(BREAKER)
    mesh.answer("httpbin", "v1", delay=0.05)
    assert {200} == {one.status for one in mesh.get_many("httpbin", 10, at_once=1)}
    assert {200, 503} == {one.status for one in mesh.get_many("httpbin", 40, at_once=8)}


def test_mirroring(mesh: StubMesh) -> None:
    """Callers get v1 alone, and v2 is called all the same, which `never` tells."""
    mesh.service("httpbin", ["v1", "v2"], port=8000)
    mirror = {"mirror": {"host": "httpbin", "subset": "v2"}, "mirrorPercentage": {"value": 100.0}}
    mesh.apply(subsets("httpbin", ["v1", "v2"]), routes("httpbin", to("httpbin", "v1", **mirror)))
    mesh.expect("httpbin", shares={"v1": 100})
    with pytest.raises(
        AssertionError, match="what must never come was called, though no client saw it answer: httpbin-v2"
    ):
        mesh.expect("httpbin", shares={"v1": 100}, never="v2")


@pytest.mark.parametrize("rules", [INGRESS, INGRESS_BY_GATEWAY_API])
def test_ingress(mesh: StubMesh, rules: str) -> None:
    """What is routed comes in under any name, and nothing else does."""
    mesh.service("productpage", ["v1"])
    mesh.apply(rules)
    for host in ("shop.example", "localhost", "127.0.0.1"):
        mesh.expect(f"http://{host}/productpage", status=200)
        mesh.expect(f"http://{host}/other", status=404)


def test_http_route(bookinfo: StubMesh) -> None:
    """An HTTPRoute of a Service goes by the Services of its versions."""
    versions = (
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"reviews-{one}"},
            "spec": {"ports": [{"port": 9080, "name": "http"}], "selector": {"app": "reviews", "version": one}},
        }
        for one in APPS["reviews"]
    )
    bookinfo.apply(*versions, ROUTE)
    bookinfo.expect("reviews", headers=JASON, shares={"v2": 100})
    bookinfo.expect("reviews", shares={"v1": 50, "v3": 50})


def test_authorization(mesh: StubMesh) -> None:
    """What a policy allows is answered, and everything else is refused."""
    mesh.service("httpbin", ["v1"], port=8000)
    mesh.apply(ALLOW)
    mesh.expect("httpbin", path="/ip", status=200)
    mesh.expect("httpbin", path="/headers", status=403)


def test_of_the_name_bookinfo(mesh: StubMesh) -> None:
    """A mesh in namespace bookinfo has no rule of ours in it."""
    mesh.service("reviews", ["v1", "v2"], namespace="bookinfo")
    mesh.expect("reviews", shares={"v1": 50, "v2": 50}, margin=15)
    standing = mesh._standing
    assert standing
    assert [] == [*standing._platform.demo.baseline]
