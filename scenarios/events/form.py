"""The form in JSON of every type that stands in an event: how it is written, read and described.

Dataclasses are objects, and so are mappings from names. What JSON has no word for has one form: a share is a text ("9/10"),
a verdict its name, a mapping from anything but names a list of pairs; messages and states write themselves.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import Any, Union

from platforms.boundary import State
from scenarios.messages.catalogue import can_be_rendered
from scenarios.messages.message import Message, from_json, to_json

Schema = dict[str, Any]
_TEXT = str | Message


class Malformed(ValueError):
    """JSON that is no value of the type that was asked for."""


@dataclass(frozen=True, slots=True)
class Form:
    """One type in JSON."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    """Raises Malformed for what is none."""
    schema: Schema


@functools.cache
def form(kind: Hashable) -> Form:
    """Return the form of a type."""
    if known := _KNOWN.get(kind):
        return known
    if inner := typing.get_args(kind):
        return _of_parts(kind, typing.get_origin(kind), inner)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind)
    if is_dataclass(kind):
        return _fields(kind)
    raise TypeError(f"{kind} has no form in JSON")


def _of_parts(kind: Any, origin: Any, inner: tuple[Any, ...]) -> Form:
    if origin is tuple and inner[1:] == (Ellipsis,):
        return _several(form(inner[0]))
    if origin is tuple:
        return _row(tuple(map(form, inner)))
    if origin is Mapping:
        return _object(form(inner[1])) if inner[0] is str else _pairs(form(inner[0]), form(inner[1]))
    if origin in (types.UnionType, Union) and inner[1:] == (types.NoneType,):
        return _optional(form(inner[0]))
    raise TypeError(f"{kind} has no form in JSON")


def _plain(kind: type, *also: type, name: str) -> Form:
    def read(found: Any) -> Any:
        if type(found) is not kind and type(found) not in also:
            raise Malformed(f"{found!a:.100} is no {name}")
        if isinstance(found, int | float) and abs(found) > _MOST:
            raise Malformed("no run has so large a number")
        return kind(found)

    return Form(kind, read, {"type": name})


def _written(write: Callable[[Any], Any], read: Callable[[Any], Any], schema: Schema) -> Form:
    """The form of a value that is written and read by itself."""

    def checked(found: Any) -> Any:
        try:
            return read(found)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise Malformed(f"{found!a:.100}: {error!s:.100}") from error

    return Form(write, checked, schema)


def _read_text(found: Any) -> Any:
    text = from_json(found)
    if isinstance(text, Message) and not can_be_rendered(text):
        raise ValueError("this version has no words for it")
    return text


def _read_message(found: Any) -> Message:
    text = _read_text(found)
    if not isinstance(text, Message):
        raise TypeError("no message")
    return text


def _read_fraction(found: str) -> Fraction:
    if len(found) > _LONGEST_FRACTION:
        raise ValueError("too long for a share")
    return Fraction(found)


_MOST = 1e15
_LONGEST_FRACTION = 100
_MESSAGE: Schema = {
    "type": "object",
    "required": ["message", "fields"],
    "properties": {"message": {"type": "string"}, "fields": {"type": "object"}},
    "additionalProperties": False,
}
_STATE: Schema = {
    "type": "object",
    "required": ["revision", "resources", "stopped"],
    "properties": {
        "revision": {"type": "string"},
        "resources": {"type": "array", "items": {"type": "object", "required": ["apiVersion", "kind", "metadata"]}},
        "stopped": {"type": "array", "items": {"type": "string"}},
    },
}
_KNOWN: dict[Any, Form] = {
    bool: _plain(bool, name="boolean"),
    int: _plain(int, name="integer"),
    float: _plain(float, int, name="number"),
    str: _plain(str, name="string"),
    Message: _written(to_json, _read_message, _MESSAGE),
    _TEXT: _written(to_json, _read_text, {"anyOf": [{"type": "string"}, _MESSAGE]}),
    State: _written(State.document, State.of, _STATE),
    Fraction: _written(str, _read_fraction, {"type": "string", "pattern": "^-?[0-9]+(/[0-9]+)?$"}),
    datetime: _written(datetime.isoformat, datetime.fromisoformat, {"type": "string", "format": "date-time"}),
}


def _several(one: Form) -> Form:
    return Form(
        lambda values: [one.write(value) for value in values],
        lambda found: tuple(one.read(each) for each in _a(list, found)),
        {"type": "array", "items": one.schema},
    )


def _row(each: tuple[Form, ...]) -> Form:
    def read(found: Any) -> Any:
        if len(_a(list, found)) != len(each):
            raise Malformed(f"{len(found)} values instead of {len(each)}")
        return tuple(one.read(value) for one, value in zip(each, found, strict=True))

    return Form(
        lambda values: [one.write(value) for one, value in zip(each, values, strict=True)],
        read,
        {
            "type": "array",
            "prefixItems": [one.schema for one in each],
            "minItems": len(each),
            "maxItems": len(each),
        },
    )


def _object(one: Form) -> Form:
    return Form(
        lambda values: {name: one.write(value) for name, value in values.items()},
        lambda found: {name: one.read(value) for name, value in _a(dict, found).items()},
        {"type": "object", "additionalProperties": one.schema},
    )


def _pairs(name: Form, one: Form) -> Form:
    pair = _several(_row((name, one)))
    return Form(lambda values: pair.write(values.items()), lambda found: dict(pair.read(found)), pair.schema)


def _optional(one: Form) -> Form:
    return Form(
        lambda value: None if value is None else one.write(value),
        lambda found: None if found is None else one.read(found),
        {"anyOf": [{"type": "null"}, one.schema]},
    )


def _enum(kind: type[Enum]) -> Form:
    return _written(lambda value: value.name, lambda found: kind[found], {"enum": list(kind.__members__)})


def _fields(kind: Any) -> Form:
    hints = typing.get_type_hints(kind, localns={"Message": Message})
    forms = {one.name: form(hints[one.name]) for one in fields(kind)}
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}

    def read(found: Any) -> Any:
        if missing := needed - _a(dict, found).keys():
            raise Malformed(f"{kind.__name__} without {', '.join(sorted(missing))}")
        if unknown := found.keys() - forms.keys():
            raise Malformed(f"{kind.__name__} has no {min(unknown)!a}")
        return kind(**{name: forms[name].read(value) for name, value in found.items()})

    return Form(
        lambda value: {name: one.write(getattr(value, name)) for name, one in forms.items()},
        read,
        {
            "type": "object",
            "required": sorted(needed),
            "properties": {name: one.schema for name, one in forms.items()},
            "additionalProperties": False,
        },
    )


def _a(kind: type, found: Any) -> Any:
    if not isinstance(found, kind):
        raise Malformed(f"{found!a:.100} is no {'array' if kind is list else 'object'}")
    return found
