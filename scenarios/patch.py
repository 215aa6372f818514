"""Changes of single values in Istio objects, as values: no text is ever pasted into YAML."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from platforms.istio.resources import ResourceSet


def with_value(resources: ResourceSet, virtual_service: str, path: Sequence[str | int], value: Any) -> ResourceSet:
    """Return the objects with one value of a VirtualService's spec replaced."""
    return ResourceSet(
        tuple(
            replace(resource, spec=_with(resource.spec, path, value))
            if (resource.kind, resource.name) == ("VirtualService", virtual_service)
            else resource
            for resource in resources
        )
    )


def select(resources: ResourceSet, virtual_service: str) -> ResourceSet:
    """Return this VirtualService alone."""
    return ResourceSet(tuple(resource for resource in resources if resource.name == virtual_service))


def _with(spec: Any, path: Sequence[str | int], value: Any) -> Any:
    changed = copy.deepcopy(spec)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed
