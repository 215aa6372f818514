"""The parts of an HTTPRoute that lead nowhere: parents that do not take it, backends that are not there.

In a cluster its status tells of them; istioctl does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio import hosts
from platforms.istio.gateway_api import http_rules
from platforms.istio.gateway_api.attachment import denial, is_service, listeners, parent_namespace
from platforms.istio.push_context import PushContext
from platforms.istio.resources import Resource, ResourceSet


def hints(route: Resource, resources: ResourceSet, push: PushContext) -> Iterator[str]:
    """Yield a sentence for each parent that does not take an HTTPRoute, and for each backend that is not there."""
    for number, parent in enumerate(route.spec.get("parentRefs", ())):
        said = _at_service(route, parent, push) if is_service(parent) else _at_gateway(route, parent, resources)
        if said:
            yield f"spec.parentRefs[{number}]: {said}: the route acts on nothing there"
    for number, rule in enumerate(route.spec.get("rules", ())):
        for place, backend in enumerate(rule.get("backendRefs", ())):
            if backend["weight"] and (said := _missing(backend, route, push)):
                yield f"spec.rules[{number}].backendRefs[{place}]: {said}: its share of the requests is answered with 500"
        for place, one in enumerate(rule.get("filters", ())):
            if "requestMirror" in one and (said := _missing(one["requestMirror"]["backendRef"], route, push)):
                yield f"spec.rules[{number}].filters[{place}]: {said}: no copies are sent"


def _at_service(route: Resource, parent: Mapping[str, Any], push: PushContext) -> str | None:
    registry, namespace = push.registry, parent_namespace(parent, route)
    if hosts.service(parent["name"], namespace) not in registry.hosts:
        return f"there is no Service {parent['name']} in namespace {namespace}"
    if parent.get("port", registry.port) != registry.port:
        return f"Service {parent['name']} has no port {parent['port']}, only {registry.port}"
    if route.namespace != registry.namespace:
        return f"a route of namespace {route.namespace} is for callers in that namespace, and there are none"
    return None


def _at_gateway(route: Resource, parent: Mapping[str, Any], resources: ResourceSet) -> str | None:
    namespace = parent_namespace(parent, route)
    named = f"Gateway {parent['name']} of the Gateway API in namespace {namespace}"
    gateways = resources.of_kind("KubernetesGateway")
    found = next((one for one in gateways if (one.namespace, one.name) == (namespace, parent["name"])), None)
    if found is None:
        return f"there is no {named}"
    reasons = [denial(route, parent, listener) for listener in listeners(found)]
    return None if None in reasons else f"no listener of {named} takes it: {reasons[0]}"


def _missing(backend: Mapping[str, Any], route: Resource, push: PushContext) -> str | None:
    registry, host = push.registry, http_rules.host(backend, route.namespace)
    if host in registry.hosts:
        if backend["port"] == registry.port:
            return None
        return f"Service {backend['name']} has no port {backend['port']}, only {registry.port}"
    return (
        f"there is no Service {backend['name']} among those known here, {', '.join(registry.services)}; "
        "one for a version may stand in a file beside the route, or in the cluster"
    )
