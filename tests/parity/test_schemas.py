"""Our shapes say what the CRDs of Istio say, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from platforms.istio.schema import crds
from platforms.istio.schema.check import Fields, Listing, Named, Ruled, Shape
from platforms.istio.schema.values import Bytes, Duration, Flag, Int32, Number, Text, Whole
from tests.parity.oracle import CRDS
from tests.parity.wide import schemas

Schema = Mapping[str, Any]
_DURATION = "must be a valid duration greater than 1ms"


@pytest.mark.skipif(not CRDS.exists(), reason="Istio's CRDs are not here: `make oracle` fetches them, with Go")
def test_the_shapes_are_those_of_the_crds() -> None:
    """Nothing is taken that an API server refuses, and nothing refused that it takes."""
    by_kind = schemas(CRDS.read_text(encoding="utf-8"))

    assert crds.SHAPES.keys() == by_kind.keys()
    assert [] == [told for kind, schema in by_kind.items() for told in unlike(schema, crds.SHAPES[kind], kind)]


def test_a_planted_difference_is_found() -> None:
    """A field, a bound, a type or a rule that the other side does not have."""
    schema = {"properties": {"a": {"type": "integer", "minimum": 1}, "b": {"type": "string"}}, "required": ["b"]}

    assert [] == list(unlike(schema, Fields({"a": Whole(1), "b": Text()}, ("b",)), ""))
    for shape in (
        Fields({"a": Whole(1), "b": Text(), "c": Text()}, ("b",)),
        Fields({"a": Whole(0), "b": Text()}, ("b",)),
        Fields({"a": Whole(1), "b": Flag()}, ("b",)),
        Fields({"a": Whole(1), "b": Duration()}, ("b",)),
        Fields({"a": Whole(1), "b": Text()}),
        Fields({"a": Whole(1), "b": Text()}, ("b",), (("a", "b"),)),
    ):
        assert list(unlike(schema, shape, ""))


def unlike(schema: Schema, shape: Shape, path: str) -> Iterator[str]:
    """Where they differ."""
    rules, shape = ([message for _, message in shape.rules], shape.of) if isinstance(shape, Ruled) else ([], shape)
    rules += [_DURATION] if isinstance(shape, Duration) else []
    if (theirs := [rule["message"] for rule in schema.get("x-kubernetes-validations", ())]) != rules:
        yield f"{path}: rules {theirs} / {rules}"
    if _said(schema) != _own(shape):
        yield f"{path}: {_said(schema)} / {_own(shape)}"
    match shape:
        case Fields():
            for name in schema.get("properties", {}).keys() & shape.fields.keys():
                yield from unlike(schema["properties"][name], shape.fields[name], f"{path}.{name}")
        case Named():
            yield from unlike(schema.get("additionalProperties", {}), shape.of, f"{path}.*")
        case Listing():
            yield from unlike(schema.get("items", {}), shape.of, f"{path}[]")


def _said(schema: Schema) -> tuple[Any, ...]:
    """What the CRD says of one value, in one form with ours."""
    if "properties" in schema:
        choices = [one["oneOf"] for one in (schema, *schema.get("allOf", ())) if "oneOf" in one]
        groups = [sorted(name for one in group for name in one.get("required", ())) for group in choices]
        return "fields", sorted(schema["properties"]), sorted(schema.get("required", ())), sorted(groups)
    match schema.get("type"):
        case "object":
            return ("named",)
        case "array":
            return "array", schema.get("minItems", 0), schema.get("maxItems")
        case "boolean":
            return ("boolean",)
        case "integer" | "number" as kind:
            bits = schema.get("format") == "int32"
            return kind, schema.get("minimum"), schema.get("maximum"), bits
    return "string", tuple(schema.get("enum", ())), schema.get("maxLength"), schema.get("format") == "byte"


def _own(shape: Shape) -> tuple[Any, ...]:
    match shape:
        case Fields():
            groups = sorted(map(sorted, shape.alternatives))
            return "fields", sorted(shape.fields), sorted(shape.required), groups
        case Listing():
            return "array", shape.least, shape.most
        case Number():
            return shape.type_name, shape.least, shape.most, isinstance(shape, Int32)
        case Text():
            return "string", shape.choices, shape.longest, isinstance(shape, Bytes)
        case Flag():
            return ("boolean",)
    return ("named",)
