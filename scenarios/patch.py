"""Changes of single values in Istio objects, as values: no text is ever pasted into YAML."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from platforms.istio.resources import ResourceSet


def with_value(resources: ResourceSet, virtual_service: str, path: Sequence[str | int], value: Any) -> ResourceSet:
    """Return the objects with one value of a VirtualService's spec replaced."""
    return _changed(resources, virtual_service, lambda spec: _with(spec, path, value))


def without(resources: ResourceSet, virtual_service: str, path: Sequence[str | int]) -> ResourceSet:
    """Return the objects without one field of a VirtualService's spec."""
    return _changed(resources, virtual_service, lambda spec: _without(spec, path))


def select(resources: ResourceSet, virtual_service: str) -> ResourceSet:
    """Return this VirtualService alone."""
    return ResourceSet(tuple(resource for resource in resources if resource.name == virtual_service))


def _changed(resources: ResourceSet, virtual_service: str, change: Callable[[Any], Any]) -> ResourceSet:
    return ResourceSet(
        tuple(
            replace(resource, spec=change(resource.spec))
            if (resource.kind, resource.name) == ("VirtualService", virtual_service)
            else resource
            for resource in resources
        )
    )


def _with(spec: Any, path: Sequence[str | int], value: Any) -> Any:
    changed = copy.deepcopy(spec)
    _place(changed, path)[path[-1]] = value
    return changed


def _without(spec: Any, path: Sequence[str | int]) -> Any:
    changed = copy.deepcopy(spec)
    del _place(changed, path)[path[-1]]
    return changed


def _place(spec: Any, path: Sequence[str | int]) -> Any:
    for step in path[:-1]:
        spec = spec[step]
    return spec
