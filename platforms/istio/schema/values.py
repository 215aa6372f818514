"""The shapes of what stands in the fields of a Kubernetes object: texts, numbers, durations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from platforms.istio import durations
from platforms.istio.schema.check import Problem, Shape, Stage

_MILLISECOND = 10**6
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_INT32 = 2**31


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """A string, or one of a few."""

    choices: tuple[str, ...] = ()
    longest: int | None = None
    type_name: ClassVar[str] = "string"

    def _is_type(self, value: Any) -> bool:
        return isinstance(value, str)

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        if self.choices and value not in self.choices:
            listed = ", ".join(f'"{choice}"' for choice in self.choices)
            yield Problem(path, f'Unsupported value: "{value}": supported values: {listed}')
        if self.longest is not None and len(value) > self.longest:
            yield Problem(path, f"Too long: may not be more than {self.longest} bytes")


@dataclass(frozen=True, slots=True)
class Bytes(Text):
    """A string in base64, and not an empty one."""

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        if not _BASE64.fullmatch(value):
            yield Problem(path, f'Invalid value: "{value}": {path} in body must be of type byte: "{value}"')


@dataclass(frozen=True, slots=True)
class Duration(Text):
    """A duration in Go's notation, of a millisecond at least."""

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        rule = "must be a valid duration greater than 1ms"
        length = durations.nanoseconds(value)
        if length is None:
            failed = "type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule"
            yield Problem(path, f'Invalid value: "string": {failed}: {rule}', Stage.RULE)
        elif length < _MILLISECOND:
            yield Problem(path, f'Invalid value: "string": {rule}', Stage.RULE)


@dataclass(frozen=True, slots=True)
class AnyDuration(Text):
    """A duration in Go's notation, which no rule of the schema looks at."""

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        if complaint := durations.complaint(value):
            yield Problem(path, f"error decoding configuration: bad Duration: {complaint}", Stage.WEBHOOK)


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
class Int32(Whole):
    """A whole number of 32 bits, which the webhook cannot read when it is longer."""

    def _check(self, value: Any, path: str) -> Iterator[Problem]:
        if not -_INT32 <= value < _INT32:
            reason = f"json: cannot unmarshal number {value} into Go value of type int32"
            yield Problem(path, f"error decoding configuration: {reason}", Stage.WEBHOOK)
