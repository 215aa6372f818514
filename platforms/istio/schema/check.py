"""The shape of a Kubernetes object, checked as an API server checks it, in its words.

A field that is null is one that is not given; a null in a list is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, ClassVar

UNKNOWN_FIELD = "unknown field"


class Stage(IntEnum):
    """Who finds a problem: each is asked only when the one before has nothing to say."""

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
                for problem in self.of.check(one, f"{path}.{name}"):
                    is_rule = problem.stage is Stage.RULE  # which names the key otherwise
                    yield replace(problem, path=f"{path}[{name}]") if is_rule else problem


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
                if len(self.alternatives) > 1:
                    yield Problem("<nil>", f'Invalid value: "": "{path}" must validate all the schemas (allOf)')


@dataclass(frozen=True, slots=True)
class Ruled(Shape):
    """A shape with rules, each with what is said when it is broken."""

    of: Shape
    rules: tuple[tuple[Callable[[Any], bool], str], ...]

    def check(self, value: Any, path: str) -> Iterator[Problem]:
        problems = list(self.of.check(value, path))
        yield from problems
        for holds, message in self.rules:
            if all(problem.stage is Stage.RULE for problem in problems) and not holds(cleaned(value)):
                yield Problem(path, f'Invalid value: "{self.of.type_name}": {message}', Stage.RULE)


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
