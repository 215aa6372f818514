"""The shape of an object, checked as an API server checks it, in its words.

A field that is null is one that is not given; a null in a list is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from platforms.istio.schema import crds
from platforms.istio.schema.crds import DECODING, LIST_TYPE, RULES, Schema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator


class Stage(IntEnum):
    """The finder of a problem: each is asked only when the one before has nothing to say."""

    SCHEMA = 0
    RULE = 1
    WEBHOOK = 2
    """It decodes the object before it looks at it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the shape of an object."""

    path: str
    """Where, as in `spec.http[0].timeout`; `<nil>` where the API server does not say."""
    message: str
    stage: Stage = Stage.SCHEMA

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def problems(document: Mapping[str, Any], collection: str) -> list[Problem]:
    """Everything wrong with the `spec` and the `status` of an object, but for unknown fields."""
    given = defaulted(_given(document), _schema(collection))
    return [_problem(error) for error in _validator(collection).iter_errors(given)]


def unknown(document: Mapping[str, Any], collection: str) -> Iterator[str]:
    """The paths of fields that there are none of."""
    yield from _unknown(document, _schema(collection), "")


def completed(spec: Mapping[str, Any], collection: str) -> Any:
    """A spec without nulls, with what an API server adds to it: the schema's defaults."""
    return defaulted(cleaned(spec), _schema(collection)["properties"]["spec"])


def defaulted(value: Any, schema: Schema) -> Any:
    """A value with the defaults of its schema where it says nothing, as deep as it goes."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        made = {name: defaulted(one, known.get(name, {})) for name, one in value.items()}
        absent = {name: one for name, one in known.items() if name not in value and "default" in one}
        return made | {name: defaulted(deepcopy(one["default"]), one) for name, one in absent.items()}
    if isinstance(value, list) and "items" in schema:
        return [defaulted(one, schema["items"]) for one in value]
    return value


def cleaned(value: Any) -> Any:
    """A checked value without its nulls, and with whole numbers where the schema has them."""
    if isinstance(value, Mapping):
        return {name: cleaned(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _given(value: Any) -> Any:
    """A value without its nulls, as the library reads it."""
    if isinstance(value, Mapping):
        return {name: _given(one) for name, one in value.items() if one is not None}
    return [_given(one) for one in value] if isinstance(value, list | tuple) else value


@cache
def _schema(collection: str) -> Schema:
    return {"properties": {"spec": crds.specs().get(collection, {"type": "object"}), "status": {"type": "object"}}}


@cache
def _validator(collection: str) -> Validator:
    from platforms.istio.schema.keywords import ShapeValidator  # noqa: PLC0415  # jsonschema takes long to import

    return ShapeValidator(_schema(collection))


def _unknown(value: Any, schema: Schema, path: str) -> Iterator[str]:
    match value:
        case Mapping():
            known, free = schema.get("properties"), schema.get("additionalProperties", {})
            for name, one in value.items():
                here = f"{path}.{name}" if path else name
                if known is None:
                    yield from _unknown(one, free, here)
                elif name in known:
                    yield from _unknown(one, known[name], here)
                else:
                    yield here
        case list() | tuple():
            for number, one in enumerate(value):
                yield from _unknown(one, schema.get("items", {}), f"{path}[{number}]")


def _problem(error: ValidationError) -> Problem:
    keyword, value, wanted, where = str(error.validator), error.instance, error.validator_value, [*error.absolute_path]
    path = _path(where)
    said = _WORDS[keyword].format(
        path=path,
        value=value,
        type=_type(value),
        size=len(value) if isinstance(value, str | list | dict) else "",
        wanted=", ".join(f'"{one}"' for one in wanted) if isinstance(wanted, list) else wanted,
        told=error.message,
    )
    if keyword in ("allOf", "oneOf"):
        path = "<nil>"
    elif keyword == RULES and error.absolute_schema_path[-2] == "additionalProperties":
        path = f"{_path(where[:-1])}[{where[-1]}]"
    return Problem(path, said, _STAGES.get(keyword, Stage.SCHEMA))


_STAGES = {RULES: Stage.RULE, DECODING: Stage.WEBHOOK}
_WORDS = {
    "allOf": 'Invalid value: "": "{path}" must validate all the schemas (allOf)',
    "enum": 'Unsupported value: "{value}": supported values: {wanted}',
    "format": 'Invalid value: "{value}": {path} in body must be of type {wanted}: "{value}"',
    "maximum": "Invalid value: {value}: {path} in body should be less than or equal to {wanted}",
    "maxItems": "Too many: {size}: must have at most {wanted} items",
    "maxLength": "Too long: may not be more than {wanted} bytes",
    "maxProperties": "Too many: {size}: must have at most {wanted} items",
    "minimum": "Invalid value: {value}: {path} in body should be greater than or equal to {wanted}",
    "minItems": "Invalid value: {size}: {path} in body should have at least {wanted} items",
    "minLength": 'Invalid value: "{value}": {path} in body should be at least {wanted} chars long',
    "minProperties": "Invalid value: {size}: {path} in body should have at least {wanted} properties",
    LIST_TYPE: "Duplicate value: {told}",
    "oneOf": 'Invalid value: "": "{path}" must validate one and only one schema (oneOf). Found {told} valid alternatives',
    "pattern": "Invalid value: \"{value}\": {path} in body should match '{wanted}'",
    "required": "Required value",
    "type": 'Invalid value: "{type}": {path} in body must be of type {wanted}: "{type}"',
    RULES: 'Invalid value: "{type}": {told}',
    DECODING: "error decoding configuration: {told}",
}


def _path(steps: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _type(value: Any) -> str:
    if value is None:
        return "null"
    names = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (Mapping, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "array")
