"""Laying a user's own Istio objects over the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
    """
    claimed: dict[str, Resource] = {}
    for service in own.of_kind("VirtualService"):
        for host in _mesh_hosts(service):
            claimed.setdefault(host, service)
    kept, notes = [], []
    for resource in base:
        rivals = [claimed[host] for host in _mesh_hosts(resource) if host in claimed]
        rival = next((rival for rival in rivals if rival.key != resource.key), None)
        if rival is None:
            kept.append(resource)
        else:
            notes.append(f"{resource} of the baseline steps aside: {rival} claims the same host")
    return Overlay(ResourceSet(tuple(kept)).overlaid(own), tuple(notes))


def _mesh_hosts(resource: Resource) -> Iterator[str]:
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
