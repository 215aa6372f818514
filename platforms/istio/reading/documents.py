"""The documents in a text of YAML or JSON, as kubectl reads them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from platforms.istio.reading import scalars

_DEEPEST = 100
"""How deep a document may be nested; Kubernetes' own objects are below 20."""
_MOST_UNFOLDED = 1_000_000
_BLANK = re.compile(r"[ \t\r\n]*")
_SEPARATOR = re.compile(r"^---(?![ \t\r]*(?:#.*)?$)(.*)", re.MULTILINE)
_DIGITS = 20
"""A whole number with more does not fit in 64 bits."""
_MERGE = "<<"
_NESTED = "nested too deeply"


class Unreadable(Exception):
    """Neither YAML nor JSON, or more than may be; in one line."""


def documents(text: str) -> list[Any]:
    """Every document that is not null, as the JSON that kubectl would send; raises Unreadable."""
    text = text.removeprefix("\ufeff")
    try:
        found, end = _leading_json(text)
        # What has been read is replaced by as many lines: a message has the right one.
        rest = "\n" * text.count("\n", 0, end) + text[end:]
        found += _Reader(rest).documents()
    except yaml.YAMLError as error:
        why = re.sub(r'in "<(unicode|byte) string>",', "at", str(error))
        raise Unreadable(f"not YAML: {' '.join(why.split())}") from error
    return [document for document in found if document is not None]


def json_document(text: str) -> Any:
    """The one document of a text in JSON, and in nothing else, with its numbers as they are; raises Unreadable."""
    try:
        return _normal(_decoder().decode(text), _finite)
    except RecursionError as error:
        raise Unreadable(_NESTED) from error
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from error


def _leading_json(text: str) -> tuple[list[Any], int]:
    """The JSON objects that the text begins with, as `{}{}`, and where they end; what follows is read as YAML."""
    decoder = _decoder()
    found: list[Any] = []
    end = 0
    while text.startswith("{", start := _end_of_blank(text, end)):
        try:
            one, end = decoder.raw_decode(text, start)
        except RecursionError as error:
            raise Unreadable(_NESTED) from error
        except ValueError:  # flow style, or no document at all: the reader of YAML says where
            break
        found.append(_normal(one, _sayable))
    return found, end


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_once, parse_int=_whole, parse_constant=_no_json)


def _end_of_blank(text: str, start: int) -> int:
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise ValueError(f'key "{twice}" already set in map')
    return made


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def _no_json(name: str) -> Any:
    raise ValueError(f"{name} is not valid in JSON")


def _normal(value: Any, sayable: Callable[[Any], Any], depth: int = 0) -> Any:
    """JSON with scalars that are `sayable`, and no half of a character."""
    if depth > _DEEPEST:
        raise Unreadable(_NESTED)
    match value:
        case dict():
            return {_whole_characters(name): _normal(one, sayable, depth + 1) for name, one in value.items()}
        case list():
            return [_normal(one, sayable, depth + 1) for one in value]
        case str():
            return _whole_characters(value)
        case _:
            return sayable(value)


def _whole_characters(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Makes values of YAML's events.

    The values of an alias are shared, not copied, and counted as often as they stand there.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._anchors: dict[str, tuple[Any, int] | yaml.Event] = {}
        """What each names, and its size; while that is read, the event that began it."""
        self._size = 0
        self._unfolded = 0

    def documents(self) -> list[Any]:
        if wrong := _SEPARATOR.search(self._text):
            line = self._text.count("\n", 0, wrong.start()) + 1
            raise Unreadable(f"not YAML: invalid document separator at line {line}: {wrong[1].strip()[:80]}")
        found = []
        events = yaml.parse(self._text, yaml.CSafeLoader)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                found.append(self._value(next(events), events, 0))
        return found

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth > _DEEPEST:
            raise Unreadable(_NESTED)
        anchor, before = getattr(event, "anchor", None), self._size
        if anchor is not None:
            self._anchors[anchor] = event
        match event:
            case yaml.ScalarEvent():
                self._size += len(event.value)
                value: Any = self._scalar(event)
            case yaml.SequenceStartEvent():
                value = list(self._items(events, depth))
            case _:
                value = self._mapping(events, depth)
        self._size += 1
        if anchor is not None and self._anchors[anchor] is event:  # else it was given again within
            self._anchors[anchor] = value, self._size - before
        return value

    def _alias(self, event: yaml.AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            raise _wrong(event, f"unknown anchor {event.anchor}")
        named = self._anchors[event.anchor]
        if isinstance(named, yaml.Event):
            raise _wrong(event, "an alias stands inside what it names")
        value, size = named
        self._size += size
        self._unfolded += size
        if self._unfolded > _MOST_UNFOLDED:
            raise _wrong(event, f"its aliases unfold to more than {_MOST_UNFOLDED:,} characters")
        return value

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Any]:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield _sayable(self._value(event, events, depth + 1))

    def _mapping(self, events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
        """A later field or merge overrules an earlier merge, and a merge an earlier field, as kubectl has it."""
        made: dict[str, Any] = {}
        given = set()
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            named = self._value(event, events, depth + 1)
            value = self._value(next(events), events, depth + 1)
            if isinstance(event, yaml.ScalarEvent) and _merges(event):
                for one in reversed(value) if isinstance(value, list) else (value,):
                    if not isinstance(one, dict):
                        raise _wrong(event, "map merge requires map or sequence of maps as the value")
                    made.update(one)
                continue
            try:
                key = scalars.key(named)
            except ValueError as error:
                raise _wrong(event, str(error)) from error
            if key in given:
                raise _wrong(event, f'key "{key}" already set in map')
            given.add(key)
            made[key] = _sayable(value)
        return made

    def _scalar(self, event: yaml.ScalarEvent) -> scalars.Scalar:
        try:
            if event.tag is not None:
                return scalars.tagged(event.tag, event.value)
            return scalars.plain(event.value) if event.implicit[0] else str(event.value)
        except ValueError as error:
            raise _wrong(event, str(error)) from error


def _merges(event: yaml.ScalarEvent) -> bool:
    return bool(event.value == _MERGE and (event.implicit[0] or event.tag == "tag:yaml.org,2002:merge"))


def _finite(value: Any) -> Any:
    """The value; raises Unreadable for a number that JSON has no form for."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable(f"{value}: JSON has no such number")
    return value


def _sayable(value: Any) -> Any:
    """The same, and numbers as Kubernetes keeps them."""
    return scalars.number(_finite(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _wrong(event: yaml.Event, problem: str) -> Unreadable:
    mark = event.start_mark
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return Unreadable(f"not YAML: {problem}{where}")
