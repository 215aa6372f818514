"""A message: a key with its fields, which every language renders by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Union

Text = Union[str, "Message"]
"""A message, or a name that is the same in every language."""
Value = int | float | Text | tuple["Value", ...]


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """Something to say, before it is said in any language."""

    key: str
    """Its place in the catalogues."""
    fields: tuple[tuple[str, Value], ...]

    def __init__(self, key: str, /, **fields: Value | Fraction | Iterable[Value]) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "fields", tuple((name, _value(field)) for name, field in fields.items()))


def to_json(text: Text) -> Any:
    """A text as JSON: a name as it is, a message as an object."""
    return _to_json(text)


def from_json(found: Any) -> Text:
    """The text that JSON holds; raises ValueError for what is none."""
    text = _from_json(found)
    if not isinstance(text, str | Message):
        raise ValueError("neither a text nor a message")  # noqa: TRY004  # of a file's content, not of a caller's
    return text


def _value(field: Value | Fraction | Iterable[Value]) -> Value:
    """A field as JSON can hold it: a share is written as a fraction."""
    match field:
        case Fraction():
            return str(field)
        case bool() | int() | float() | str() | Message():
            return field
        case _:
            return tuple(_value(one) for one in field)


def _to_json(value: Value) -> Any:
    match value:
        case Message():
            return {"message": value.key, "fields": {name: _to_json(field) for name, field in value.fields}}
        case tuple():
            return [_to_json(one) for one in value]
        case _:
            return value


def _from_json(found: Any) -> Value:
    match found:
        case {"message": str(key), "fields": dict(fields), **rest} if not rest:
            return Message(key, **{name: _from_json(field) for name, field in fields.items()})
        case list():
            return tuple(_from_json(one) for one in found)
        case int() | float() | str():
            return found
    raise ValueError("neither a text nor a message")
