"""The content of the custom resource definitions of Istio and of the Gateway API; `make crds` writes the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from platforms.istio.resources import GATEWAY_API, collection

Schema = Mapping[str, Any]
"""What a value must look like, in the words of OpenAPI."""

RULES = "x-kubernetes-validations"
"""The keyword of rules in the Common Expression Language."""
LIST_TYPE = "x-kubernetes-list-type"
"""The keyword of a list whose items, or whose names, may not come twice."""
DECODING = "decoding"
"""A keyword of ours, for what Istio's webhook finds when it reads an object."""

DATA = Path(__file__).with_name("crds.json")
GATEWAY_API_DATA = Path(__file__).with_name("gateway_api_crds.json")
_FILES = {"": DATA, GATEWAY_API: GATEWAY_API_DATA}
_DURATIONS = {("httpCookie", "ttl"), ("retryBudget", "budgetInterval"), ("tcp", "idleTimeout")}
"""Texts to the schema, durations to Istio: each with the field above it."""


def versions(group: str, kind: str) -> Sequence[str]:
    """The versions of a kind of object; none of what neither has."""
    found: Sequence[str] = _versions().get(f"{group}/{kind}", ())
    return found


@cache
def kinds() -> frozenset[str]:
    """The name of every kind of object that there is."""
    return frozenset(name.rpartition("/")[2] for name in _versions())


@cache
def specs() -> Mapping[str, Schema]:
    """The schema of the spec of every kind that is translated or about security, by istiod's name for it."""
    return {
        collection(group, kind): _resolved(schema, schema["$defs"])
        for group, data in _data().items()
        for kind, schema in data["specs"].items()
    }


@cache
def _versions() -> Mapping[str, Sequence[str]]:
    return {name: found for data in _data().values() for name, found in data["versions"].items()}


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    return {group: json.loads(file.read_text(encoding="utf-8")) for group, file in _FILES.items()}


def _resolved(schema: Schema, shared: Mapping[str, Schema], field: str = "") -> Schema:
    """A schema with what it refers to in it: that the data say it once is for their reader."""
    if "$ref" in schema:
        return _resolved(shared[schema["$ref"].rpartition("/")[2]], shared, field)
    resolved = {key: value for key, value in schema.items() if key != "$defs"}
    for key in {"items", "additionalProperties"} & schema.keys():
        resolved[key] = _resolved(schema[key], shared, field)
    if "properties" in schema:
        resolved["properties"] = {
            name: {**_resolved(one, shared, name), **({"format": "duration"} if (field, name) in _DURATIONS else {})}
            for name, one in schema["properties"].items()
        }
    return resolved
