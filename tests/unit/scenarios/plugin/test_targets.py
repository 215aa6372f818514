"""A target is a service of the mesh or a host outside it; nobody, and what cannot be sent, is refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.errors import UsageError
from platforms.istio.registry import Registry
from platforms.istio.resources import Resource, ResourceSet
from scenarios.plugin.targets import MeshTarget, find

MESH = Registry("shop", 8080, {"orders": "127.0.80.1"}, ())
GATEWAY = ResourceSet((Resource("networking.istio.io/v1", "Gateway", "door", {}, namespace="shop"),))


def found(given: str, path: str = "", *, rules: ResourceSet = GATEWAY, **more: Any) -> MeshTarget:
    asked = {"headers": {}, "method": "GET", **more}
    return find(given, path, registry=MESH, rules=rules, **asked)


@pytest.mark.parametrize(
    ("given", "path", "url"),
    [
        ("orders", "", "http://orders:8080/"),
        ("orders", "/a?b=1", "http://orders:8080/a?b=1"),
        ("orders.shop:8080", "", "http://orders.shop:8080/"),
        ("http://orders.shop.svc.cluster.local/a?b=1", "", "http://orders.shop.svc.cluster.local:8080/a?b=1"),
    ],
)
def test_services(given: str, path: str, url: str) -> None:
    """A service under each of its names is asked through the client's sidecar."""
    target = found(given, path)

    assert ("client-v1", url, False) == (target.caller, target.url, target.is_from_outside)


def test_outside() -> None:
    """Another host comes in through the gateway, under its name or the one that a header says."""
    target = found("http://shop.example:8000/a", "/b")
    assert ("/a/b", {"host": "shop.example:8000"}, True) == (target.url, target.headers, target.is_from_outside)
    assert {"Host": "other.example"} == found("http://shop.example", headers={"Host": "other.example"}).headers


@pytest.mark.parametrize(
    ("given", "more", "why"),
    [
        ("order", {}, "'order': no such service; there are orders"),
        ("https://shop.example", {}, "neither a service nor an http URL"),
        ("orders:80", {}, "the Services of this mesh have port 8080"),
        ("http://shop.example", {"rules": ResourceSet()}, "no Gateway is applied"),
        ("orders", {"path": "a"}, "path 'a': begin it with /"),
        ("orders", {"path": "/a b"}, "path '/a b': .*%20"),
        ("orders", {"headers": {"x": 1}}, "headers: 'x': 1 cannot be sent"),
        ("orders", {"headers": {"x y": "1"}}, "headers: 'x y': '1' cannot be sent"),
        ("orders", {"method": "get it"}, "method 'get it'"),
    ],
)
def test_refused(given: str, more: dict[str, Any], why: str) -> None:
    """Before anything is brought up."""
    with pytest.raises(UsageError, match=why):
        found(given, **more)
