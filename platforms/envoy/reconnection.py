"""New connections to a workload whose listener changes: over those that are open, the old one would still be obeyed.

Each endpoint is marked with what listens there. A caller whose clusters get another mark opens new connections, and closes
the old ones when their requests are answered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_METADATA = "reconnection"
_MARK = "hash"

Assignments = Mapping[str, Mapping[str, Any]]
"""Each cluster's load assignment, by the cluster's name."""


def door(listeners: Sequence[Mapping[str, Any]]) -> str:
    """Return a hash of the listeners of a sidecar that others call."""
    inbound = [one for one in listeners if one["trafficDirection"] == "INBOUND"]
    return hashlib.sha256(json.dumps(inbound, sort_keys=True).encode()).hexdigest()[:12]


def marked(endpoint: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """Return the endpoint with its mark."""
    metadata = endpoint.get("metadata", {}).get("filterMetadata", {})
    return {**endpoint, "metadata": {"filterMetadata": {**metadata, _METADATA: {_MARK: mark}}}}


def marked_as_before(assignments: Assignments, before: Assignments) -> Assignments:
    """Return the assignments with the marks that their endpoints had: nobody opens new connections yet."""
    marks = {_address(one): _mark(one) for assignment in before.values() for one in _endpoints(assignment)}
    return {
        name: {
            **assignment,
            "endpoints": [
                {
                    **group,
                    "lbEndpoints": [marked(one, marks.get(_address(one), _mark(one))) for one in group["lbEndpoints"]],
                }
                for group in assignment.get("endpoints", ())
            ],
        }
        for name, assignment in assignments.items()
    }


def _endpoints(assignment: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for group in assignment.get("endpoints", ()):
        yield from group["lbEndpoints"]


def _address(endpoint: Mapping[str, Any]) -> int:
    port: int = endpoint["endpoint"]["address"]["socketAddress"]["portValue"]
    return port


def _mark(endpoint: Mapping[str, Any]) -> str:
    mark: str = endpoint["metadata"]["filterMetadata"][_METADATA][_MARK]
    return mark
