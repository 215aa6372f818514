"""Random objects get fields from the schema, at any depth, and keep what they had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.parity.questions.wide import widened
from tests.unit.platforms.istio.rules import reviews

SCHEMA = {
    "type": "object",
    "properties": {
        "hosts": {"type": "array", "items": {"type": "string"}},
        "http": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "route": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"weight": {"type": "integer", "minimum": 0, "maximum": 100}},
                        },
                    },
                    "timeout": {"type": "string", "x-kubernetes-validations": [{"rule": "duration(self)"}]},
                    "mode": {"type": "string", "enum": ["ON", "OFF"]},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "flag": {"type": "boolean"},
                },
            },
        },
    },
}
OBJECTS = [reviews("[{route: [{}]}]"), reviews("[{timeout: 1s}]", name="other")]
BEFORE = json.dumps([one.spec for one in OBJECTS])
MADE = [widened(OBJECTS, {"VirtualService": SCHEMA}, Random(number)) for number in range(600)]  # noqa: S311  # for tests


def test_every_field_at_every_depth() -> None:
    """No field of the schema is left out for good."""
    seen = {path for objects in MADE for one in objects for path, _ in values(one.spec)}

    assert {"hosts", *(f"http.{name}" for name in ("route", "timeout", "mode", "labels", "flag"))} <= seen
    assert "http.route.weight" in seen


def test_the_edges_of_a_bound_and_beyond_it() -> None:
    """Values of a bounded number lie at its edges, inside them and outside."""
    found = [value for objects in MADE for one in objects for path, value in values(one.spec) if "weight" in path]
    weights = {value for value in found if type(value) is int}

    assert {0, 1, 100} <= weights
    assert {101, -1} & weights


def test_what_was_there_stays() -> None:
    """The objects that were given are not changed, and those that are made are the same ones but for a field."""
    assert BEFORE == json.dumps([one.spec for one in OBJECTS])
    assert all([one.key for one in OBJECTS] == [one.key for one in made] for made in MADE)
    assert [made for made in MADE if made != OBJECTS]


def values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every field with its value, lists left out of the path."""
    if isinstance(value, dict):
        for name, one in value.items():
            here = f"{path}.{name}" if path else name
            yield here, one
            yield from values(one, here)
    elif isinstance(value, list):
        for one in value:
            yield from values(one, path)
