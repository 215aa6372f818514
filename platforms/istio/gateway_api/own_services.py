"""Services that people give beside their rules: one for a single version, as the Gateway API's tasks want it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from platforms.istio.registry import Registry
from platforms.istio.resources import Resource

_ADDRESSES = "127.0.81"
"""The network of their virtual addresses, beside that of the registry's own."""


def hindrance(resource: Resource, registry: Registry) -> str | None:
    """The reason why an object adds no Service to the mesh; None where it does."""
    return next(_hindrances(resource, registry), None)


def _hindrances(resource: Resource, registry: Registry) -> Iterator[str]:
    if resource.kind != "Service" or resource.api_version != "v1":
        yield "it is no Service"
    spec, selector = resource.spec, resource.spec.get("selector")
    if resource.name in registry.services:
        yield "it has one of this name"
    if resource.namespace != registry.namespace:
        yield f"it is in namespace {resource.namespace}"
    if spec.get("clusterIP") == "None" or spec.get("type", "ClusterIP") == "ExternalName":
        yield "it has no address of its own"
    if registry.port not in _ports(spec):
        yield f"it has no port {registry.port}"
    if not isinstance(selector, Mapping) or not any(
        selector and selector.items() <= one.labels.items() for one in registry.workloads
    ):
        yield "its selector selects no workload"


def extended(registry: Registry, resources: Iterable[Resource]) -> Registry:
    """The registry with the Services among `resources` that add one."""
    added = {one.name: dict(one.spec["selector"]) for one in resources if hindrance(one, registry) is None}
    if not added:
        return registry
    addresses = {name: f"{_ADDRESSES}.{number}" for number, name in enumerate(sorted(added), start=1)}
    return replace(registry, services={**registry.services, **addresses}, selectors=added)


def is_address(text: str) -> bool:
    """Tell the virtual address of such a Service from any other."""
    return text.startswith(f"{_ADDRESSES}.")


def _ports(spec: Mapping[str, Any]) -> set[Any]:
    ports = spec.get("ports")
    return {one.get("port") for one in ports if isinstance(one, Mapping)} if isinstance(ports, list) else set()
