"""The complaints of Istio's webhook about the destinations of a route, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platforms.istio.validation import fields


def weighted(destinations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Everything wrong with the destinations that share the requests of a route."""
    for one in destinations:
        yield from complaints(one["destination"])
        if one.get("weight", 0) < 0:
            yield f"weight {one['weight']} < 0"
    if len(destinations) > 1 and sum(one.get("weight", 0) for one in destinations) == 0:
        yield "total destination weight = 0"


def complaints(destination: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with one destination."""
    if destination["host"] == "*":
        yield "invalid destination host *"
    else:
        yield from fields.domain(destination["host"])
    subset = destination.get("subset", "")
    if subset and not fields.is_dns_label(subset):
        yield f"subset name is invalid: {subset}"
    if "port" in destination:
        yield from fields.port(destination["port"].get("number", 0))
