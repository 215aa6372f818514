"""HTTPRoutes for tests, as they stand once an API server has taken them."""

from __future__ import annotations

from platforms.bookinfo import parse
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door}
spec:
  gatewayClassName: istio
  listeners:
  - {name: any, port: 80, protocol: HTTP}
  - {name: shop, port: 80, protocol: HTTP, hostname: shop.example.com, allowedRoutes: {namespaces: {from: All}}}
"""
MESH = "parentRefs: [{group: '', kind: Service, name: reviews}]"
DOOR = "parentRefs: [{name: door}]"


def http_route(rules: str, *, name: str = "mine", more: str = MESH, namespace: str = "bookinfo") -> Resource:
    """The HTTPRoute with these rules, in YAML's flow style."""
    text = f"""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{{more}, rules: {rules}}}
"""
    return taken(text)


def gateway(text: str = GATEWAY) -> Resource:
    """The Gateway with two listeners, one of them for a host of its own."""
    return taken(text)


def taken(text: str) -> Resource:
    """The one object of a text, with its defaults."""
    return validated(ResourceSet(tuple(parse(text, source="x.yaml")))).resources[0]
