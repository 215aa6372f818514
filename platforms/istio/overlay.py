"""Laying a user's own Istio objects over the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from platforms.istio import hosts
from platforms.istio.gateway_api.attachment import is_service, parent_namespace
from platforms.istio.gateway_names import MESH
from platforms.istio.registry import Registry
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.visibility import is_visible


@dataclass(frozen=True, slots=True)
class Overlay:
    """The objects that result, and what a person should know of them."""

    resources: ResourceSet
    notes: tuple[str, ...] = ()
    """One sentence for every object of the baseline that stepped aside, or that another one now hides."""


def lay_over(base: ResourceSet, own: ResourceSet, registry: Registry) -> Overlay:
    """Put the user's objects beside those of the baseline that do not stand in their way.

    Of two VirtualServices with the same host for the mesh, Istio takes the older and drops the other without a word, and
    one for the host itself goes before one for a wildcard. The baseline's would always act, so it steps aside. At a
    gateway Istio merges the two, so there both stay. An HTTPRoute for the same Service would act before either.

    A Gateway of the Gateway API has proxies of its own in a cluster. Here it takes those that there are, so what the
    baseline says of them steps aside as a whole.

    Two DestinationRules for one host are merged as well, but the policy, and each subset, are the older one's. There the
    baseline's keeps only what the user's does not say.
    """
    kept: list[Resource] = []
    notes: list[str] = []
    for resource in base:
        rival = _rival(resource, own, registry)
        if rival is None:
            kept.append(_giving_way(resource, own, registry, notes))
        else:
            notes.append(f"{resource} of the baseline steps aside: {rival} {_taken(rival)}")
    return Overlay(ResourceSet(tuple(kept)).overlaid(own), tuple(notes))


def _rival(resource: Resource, own: ResourceSet, registry: Registry) -> Resource | None:
    """The first object of the user's, of another name, that claims a host of the baseline's for the mesh, or its door."""
    claimed = tuple(mesh_hosts(resource))
    for service in (*own.of_kind("VirtualService"), *own.of_kind("HTTPRoute")):
        if service.key == resource.key or not is_visible(service, registry.namespace):
            continue
        if service.kind == "HTTPRoute" and service.namespace != registry.namespace:
            continue  # which is for callers of its own namespace
        if any(hosts.matches(host, one) for host in mesh_hosts(service) for one in claimed):
            return service
    return next(iter(own.of_kind("KubernetesGateway")), None) if _is_at_the_door(resource) else None


def _taken(rival: Resource) -> str:
    if rival.collection != "KubernetesGateway":
        return "claims the same host"
    there = "its listeners are" if rival.spec.get("addresses") else "it has a Deployment of its own"
    return f"takes the place of the ingress gateway; in a cluster {there} beside it"


def _is_at_the_door(resource: Resource) -> bool:
    """Tell whether an object concerns the ingress gateway alone."""
    gateways = resource.spec.get("gateways") or [MESH]
    return resource.collection == "Gateway" or (resource.kind == "VirtualService" and MESH not in gateways)


def _giving_way(resource: Resource, own: ResourceSet, registry: Registry, notes: list[str]) -> Resource:
    """A DestinationRule of the baseline without what one of the user's, of another name, says for its host."""
    for rule in own.of_kind("DestinationRule"):
        if resource.kind != rule.kind or resource.key == rule.key or ruled_host(resource) != ruled_host(rule):
            continue
        if rule.spec.get("exportTo"):  # not merged with one that does not name it: the younger acts alone
            if any(is_visible(rule, namespace) for namespace in registry.namespaces):
                notes.append(f"{rule} names exportTo, so it acts alone: {resource} of the baseline has no effect there")
            continue
        left = _left(resource.spec, rule.spec)
        if left != resource.spec:
            notes.append(f"{resource} of the baseline steps aside where {rule} says the same for its host")
            resource = replace(resource, spec=left)
    return resource


def _left(spec: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The part of one DestinationRule that another one does not say too."""
    subsets = other.get("subsets")
    said = {_name(subset) for subset in subsets} if isinstance(subsets, list) else set()
    left = {field: value for field, value in spec.items() if field != "trafficPolicy" or not other.get(field)}
    if "subsets" in left:
        left["subsets"] = [subset for subset in left["subsets"] if _name(subset) not in said]
    return left


def ruled_host(rule: Resource) -> tuple[str, str]:
    """The namespace of a DestinationRule, and its host in full."""
    return (rule.namespace, hosts.fqdn(str(rule.spec.get("host")), rule.namespace))


def _name(subset: object) -> str:
    return str(subset.get("name")) if isinstance(subset, dict) else ""


def mesh_hosts(resource: Resource) -> Iterator[str]:
    """The hosts for which an object rules the sidecars, in full; to them, case does not matter."""
    if resource.kind == "HTTPRoute":
        for parent in resource.spec.get("parentRefs", ()):
            if is_service(parent):
                yield hosts.service(parent["name"], parent_namespace(parent, resource))
    if resource.kind != "VirtualService":
        return
    gateways = resource.spec.get("gateways") or [MESH]
    names = resource.spec.get("hosts")
    if isinstance(gateways, list) and MESH in gateways and isinstance(names, list):
        for host in names:
            if isinstance(host, str):
                yield hosts.fqdn(host, resource.namespace).lower()
