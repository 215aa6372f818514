"""The shape of a Kubernetes object, checked as an API server checks it, in its words.

A field that is null is one that is not given; a null in a list is an error.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from platforms.translation import durations

UNKNOWN_FIELD = "unknown field"
_MILLISECOND = 10**6


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the shape of an object."""

    path: str
    """Where, as in `spec.http[0].timeout`; `<nil>` where the API server does not say."""
    message: str
    late: bool = False
    """Found by a rule, which the API server asks only when the schema has nothing to say."""

    def __str__(self) -> str:
        return f'{self.message} "{self.path}"' if self.message == UNKNOWN_FIELD else f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value must look like."""

    type_name: ClassVar[str] = ""

    def check(self, value: Any, path: str) -> Iterator[Problem]:
        """Everything that is wrong with `value`, which stands at `path`."""
        if not self._is_type(value):
            found = _type_of(value)
            message = f'Invalid value: "{found}": {path} in body must be of type {self.type_name}: "{found}"'
            yield Problem(path, message)
            return
        yield from self._check(value, path)

    def _is_type(self, value: Any) -> bool:
        raise NotImplementedError

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        del value, path
        return iter(())


@dataclass(frozen=True, slots=True)
class Anything(Shape):
    """An object that nobody looks into."""

    type_name: ClassVar[str] = "object"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, Mapping)


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """A string, or one of a few."""

    choices: tuple[str, ...] = ()
    type_name: ClassVar[str] = "string"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, str)

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        if self.choices and value not in self.choices:
            listed = ", ".join(f'"{choice}"' for choice in self.choices)
            yield Problem(path, f'Unsupported value: "{value}": supported values: {listed}')


@dataclass(frozen=True, slots=True)
class Bytes(Text):
    """A string in base64."""

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            yield Problem(path, f'Invalid value: "{value}": {path} in body must be of type byte: "{value}"')


@dataclass(frozen=True, slots=True)
class Duration(Text):
    """A duration in Go's notation; one that is checked is at least a millisecond."""

    least: int | None = _MILLISECOND

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        rule = "must be a valid duration greater than 1ms"
        length = durations.nanoseconds(value)
        if length is None:
            failed = "type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule"
            yield Problem(path, f'Invalid value: "string": {failed}: {rule}', late=True)
        elif self.least is not None and length < self.least:
            yield Problem(path, f'Invalid value: "string": {rule}', late=True)


@dataclass(frozen=True, slots=True)
class Flag(Shape):
    """True or false."""

    type_name: ClassVar[str] = "boolean"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Number(Shape):
    """A number within bounds."""

    least: float | None = None
    most: float | None = None
    type_name: ClassVar[str] = "number"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        for wrong, bound, words in (
            (self.least is not None and value < self.least, self.least, "greater than or equal to"),
            (self.most is not None and value > self.most, self.most, "less than or equal to"),
        ):
            if wrong:
                yield Problem(path, f"Invalid value: {value}: {path} in body should be {words} {bound}")


@dataclass(frozen=True, slots=True)
class Whole(Number):
    """A whole number within bounds; `90.0` is one."""

    type_name: ClassVar[str] = "integer"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()


@dataclass(frozen=True, slots=True)
class Listing(Shape):
    """A list of things of one shape."""

    of: Shape
    least: int = 0
    most: int | None = None
    type_name: ClassVar[str] = "array"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, list | tuple)

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        if len(value) < self.least:
            yield Problem(path, f"Invalid value: {len(value)}: {path} in body should have at least {self.least} items")
        if self.most is not None and len(value) > self.most:
            yield Problem(path, f"Too many: {len(value)}: must have at most {self.most} items")
        for number, one in enumerate(value):
            yield from self.of.check(one, f"{path}[{number}]")


@dataclass(frozen=True, slots=True)
class Named(Shape):
    """Things of one shape by free names."""

    of: Shape
    type_name: ClassVar[str] = "object"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        for name, one in value.items():
            if one is not None:
                yield from self.of.check(one, f"{path}.{name}")


@dataclass(frozen=True, slots=True)
class Fields(Shape):
    """A fixed set of fields."""

    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    """Of each group at most one field may be given."""
    type_name: ClassVar[str] = "object"

    def but(self, **fields: Shape) -> Fields:
        """The same with some more fields."""
        return replace(self, fields={**self.fields, **fields})

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        for name, one in value.items():
            if name not in self.fields:
                yield Problem(_below(path, name), UNKNOWN_FIELD)
            elif one is not None:
                yield from self.fields[name].check(one, _below(path, name))
        given = {name for name, one in value.items() if one is not None}
        for name in self.required:
            if name not in given:
                yield Problem(f"{path}.{name}", "Required value")
        for group in self.alternatives:
            if (alternatives := len(given & set(group))) > 1:
                one_of = f"must validate one and only one schema (oneOf). Found {alternatives} valid alternatives"
                yield Problem("<nil>", f'Invalid value: "": "{path}" {one_of}')


def cleaned(value: Any) -> Any:
    """A checked value without its nulls, and with whole numbers where the schema has them."""
    if isinstance(value, Mapping):
        return {name: cleaned(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    names = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (Mapping, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "array")
