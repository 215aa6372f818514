"""The content of Istio's custom resource definitions; `make crds` writes the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]
"""What a value must look like, in the words of OpenAPI."""

RULES = "x-kubernetes-validations"
"""The keyword of rules in the Common Expression Language."""
DECODING = "decoding"
"""A keyword of ours, for what Istio's webhook finds when it reads an object."""

DATA = Path(__file__).with_name("crds.json")
_DURATIONS = {("httpCookie", "ttl"), ("retryBudget", "budgetInterval"), ("tcp", "idleTimeout")}
"""Texts to the schema, durations to Istio: each with the field above it."""


def versions(group: str, kind: str) -> Sequence[str]:
    """The versions of a kind of object; none of what Istio does not have."""
    found: Sequence[str] = _data()["versions"].get(f"{group}/{kind}", ())
    return found


@cache
def kinds() -> frozenset[str]:
    """The name of every kind of object that Istio has."""
    return frozenset(name.rpartition("/")[2] for name in _data()["versions"])


@cache
def specs() -> Mapping[str, Schema]:
    """The schema of the spec of every kind that is translated or about security, by kind."""
    return {kind: _resolved(schema, schema["$defs"]) for kind, schema in _data()["specs"].items()}


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return data


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
