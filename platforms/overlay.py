"""Laying a user's own Istio objects over the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from platforms.resources import NAMESPACE, Resource, ResourceSet

_MESH = "mesh"
_DOMAIN = "svc.cluster.local"


@dataclass(frozen=True, slots=True)
class Overlay:
    """The objects that result, and what a person should know of them."""

    resources: ResourceSet
    notes: tuple[str, ...] = ()
    """One sentence for every object of the baseline that stepped aside."""


def lay_over(base: ResourceSet, own: ResourceSet) -> Overlay:
    """The user's objects with those of the baseline that do not stand in their way.

    Of two VirtualServices with the same host for the mesh, Istio takes the first and drops the other without a word. The
    baseline's would always be the first, so it steps aside. At a gateway Istio merges the two, so there both stay.

    Two DestinationRules for one host are merged as well, but the policy, and each subset, are the first one's. There the
    baseline's keeps only what the user's does not say.
    """
    claimed: dict[str, Resource] = {}
    for service in own.of_kind("VirtualService"):
        for host in mesh_hosts(service):
            claimed.setdefault(host, service)
    kept: list[Resource] = []
    notes: list[str] = []
    for resource in base:
        rivals = [claimed[host] for host in mesh_hosts(resource) if host in claimed]
        rival = next((rival for rival in rivals if rival.key != resource.key), None)
        if rival is None:
            kept.append(_giving_way(resource, own, notes))
        else:
            notes.append(f"{resource} of the baseline steps aside: {rival} claims the same host")
    return Overlay(ResourceSet(tuple(kept)).overlaid(own), tuple(notes))


def _giving_way(resource: Resource, own: ResourceSet, notes: list[str]) -> Resource:
    """A DestinationRule of the baseline without what one of the user's, of another name, says for its host."""
    for rule in own.of_kind("DestinationRule"):
        if resource.kind == rule.kind and resource.key != rule.key and ruled_host(resource) == ruled_host(rule):
            left = _left(resource.spec, rule.spec)
            if left != resource.spec:
                notes.append(f"{resource} of the baseline steps aside where {rule} says the same for its host")
                resource = replace(resource, spec=left)
    return resource


def _left(spec: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What of one DestinationRule another one does not say too."""
    subsets = other.get("subsets")
    said = {_name(subset) for subset in subsets} if isinstance(subsets, list) else set()
    left = {field: value for field, value in spec.items() if field != "trafficPolicy" or not other.get(field)}
    if "subsets" in left:
        left["subsets"] = [subset for subset in left["subsets"] if _name(subset) not in said]
    return left


def ruled_host(rule: Resource) -> tuple[str, str]:
    """The namespace of a DestinationRule, and its host in full."""
    return (rule.namespace, _full(str(rule.spec.get("host")), rule.namespace))


def _name(subset: object) -> str:
    return str(subset.get("name")) if isinstance(subset, dict) else ""


def mesh_hosts(resource: Resource) -> Iterator[str]:
    """The hosts for which a VirtualService rules the sidecars, in full."""
    if resource.kind != "VirtualService":
        return
    gateways = resource.spec.get("gateways") or [_MESH]
    hosts = resource.spec.get("hosts")
    if isinstance(gateways, list) and _MESH in gateways and isinstance(hosts, list):
        for host in hosts:
            if isinstance(host, str):
                yield _full(host, resource.namespace)


def _full(host: str, namespace: str = NAMESPACE) -> str:
    """`reviews`, `reviews.bookinfo` and `reviews.bookinfo.svc` are one host."""
    if "*" in host:
        return host
    labels = host.rstrip(".").split(".")
    if len(labels) == 1:
        labels.append(namespace)
    if len(labels) == 2:  # noqa: PLR2004  # service and namespace
        labels.append("svc")
    return f"{'.'.join(labels)}.{_DOMAIN.partition('.')[2]}" if labels[2:] == ["svc"] else ".".join(labels)
