"""A file of expectations: found among files of rules, and held to its schema, with the line of what is wrong."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from platforms.errors import UsageError
from platforms.istio.reading.documents import Unreadable, documents
from platforms.istio.reading.positions import line_at, marked_line

SCHEMA = Path(__file__).with_name("expectations.schema.json")
FIELD = "expectations"
_OBJECTS = frozenset({"apiVersion", "kind"})
"""Fields that every object of Kubernetes has, and no file of expectations."""

Place = tuple[str | int, ...]
Named = tuple[str, str]
"""The name of a file, and its text."""


@dataclass(frozen=True)
class ExpectationFile:
    """A file of expectations as it is written, which knows its lines."""

    name: str
    text: str

    @cached_property
    def items(self) -> Sequence[dict[str, Any]]:
        """The expectations; raises UsageError for what the schema does not allow."""
        try:
            found = documents(self.text)
        except Unreadable as error:
            line = marked_line(str(error))
            raise UsageError(f"{self.name}{f':{line}' if line else ''}: {error}") from error
        if len(found) != 1:
            raise UsageError(
                f"{self.name}: {len(found)} documents: all expectations stand under one `{FIELD}:`, in a file of their own"
            )
        self._check(found[0])
        items: Sequence[dict[str, Any]] = found[0][FIELD]
        return items

    @property
    def version_lines(self) -> Mapping[str, int]:
        """The line, from 1, on which each version is named first."""
        found: dict[str, int] = {}
        for number, item in enumerate(self.items):
            for field in ("shares", "never"):
                named = item.get(field, ())
                for step, name in zip(named, named, strict=True) if isinstance(named, dict) else enumerate(named):
                    found.setdefault(str(name), line_at(self.text, (FIELD, number, field, step)))
        return found

    def wrong(self, place: Place, why: str) -> UsageError:
        """Make the error that says why what stands at a place is wrong."""
        return UsageError(f"{self.name}:{line_at(self.text, place)}: {_written(place)}{why}")

    def _check(self, found: Any) -> None:
        import jsonschema  # noqa: PLC0415  # takes long to import, and no other scenario needs it

        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(found))
        # A field that is not known comes first: what it was meant for seems to be missing.
        errors.sort(key=lambda one: one.validator != "additionalProperties")
        if errors:
            raise self._refused(errors[0])

    def _refused(self, error: Any) -> UsageError:
        place, value = tuple(error.absolute_path), error.instance
        match error.validator:
            case "additionalProperties":
                known = sorted(error.schema["properties"])
                unknown = next(name for name in value if name not in known)
                return self.wrong((*place, unknown), f"there is no such field{_meant(unknown, known)}")
            case "required":
                return self.wrong(place, f"`{error.validator_value[0]}:` is missing")
            case "minProperties" | "minItems":
                return self.wrong(place, "empty")
            case _:
                schema = error.schema
                wanted = _WANTED.get(str(place[-1] if place else ""), "") or _wanted(schema)
                said = f"{json.dumps(value, ensure_ascii=False):.100} is no {wanted}"
                return self.wrong(place, said if wanted in _WANTED.values() else f"{said}{_hint(value, schema)}")


def separate(texts: Iterable[Named], given: Sequence[str]) -> tuple[ExpectationFile, list[Named]]:
    """Tell the file of expectations from those of rules; raises UsageError unless there is one."""
    rules: list[Named] = []
    expectations: list[Named] = []
    for name, text in texts:
        (expectations if _is_expectations(text) else rules).append((name, text))
    if not expectations:
        raise UsageError(f"{' '.join(given)}: no expectations in there: a file of them begins with `{FIELD}:`")
    if expectations[1:]:
        names = " and ".join(name for name, _ in expectations)
        raise UsageError(f"{names}: expectations stand in one file: put them together")
    return ExpectationFile(*expectations[0]), rules


def _is_expectations(text: str) -> bool:
    """Tell a file of expectations, also one whose only field is misspelt, from Istio objects; a broken one by its beginning."""
    try:
        found = documents(text)
    except Unreadable:
        return any(line.startswith(f"{FIELD}:") for line in text.splitlines())
    if any(isinstance(one, dict) and FIELD in one for one in found[1:]):  # beside rules, where they cannot stand
        return True
    return bool(found) and isinstance(found[0], dict) and bool(found[0]) and not _OBJECTS & found[0].keys()


def _meant(unknown: str, known: Sequence[str]) -> str:
    nearest = [one for one in known if unknown.lower() in _OTHERWISE.get(one, ())]
    nearest = nearest or difflib.get_close_matches(unknown, known, n=1)
    return f"; `{nearest[0]}` is meant?" if nearest else f"; there are {', '.join(known)}"


def _written(place: Place) -> str:
    """A place as messages name it, `expectations[0].shares: `; nothing for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
    return f"{text}: " if text else ""


def _hint(value: Any, schema: dict[str, Any]) -> str:
    """Say how a value is written that is likely meant; empty if nobody can know."""
    match schema.get("type"):
        case "array" if isinstance(value, str | int) and not isinstance(value, bool):
            return f": write [{value}]"
        case "array" if isinstance(value, dict):
            return ": begin each with `- `"
        case "string" if isinstance(value, bool | int | float):
            return ": put it in quotes"
        case "number" if isinstance(value, str) and value.endswith("%"):
            return ": leave out the %"
    return ""


def _wanted(schema: dict[str, Any]) -> str:
    if "maximum" in schema:
        return f"{_NOUNS[schema['type']]} from {schema['minimum']} to {schema['maximum']}"
    kind = schema.get("type", "")
    return _NOUNS.get(kind, "version or status") if isinstance(kind, str) else "version or status"


_NOUNS = {
    "object": "mapping of fields",
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "number": "number",
}
_OTHERWISE = {
    "as": {"user", "enduser", "end-user", "end_user", "username", "login"},
    "headers": {"header", "with"},
    "never": {"not", "none", "forbidden", "except"},
    "path": {"url", "uri"},
    "requests": {"count", "n", "times", "number", "samples"},
    "shares": {"weights", "weight", "split", "versions", "version", "percent"},
    "status": {"code", "statuscode", "http"},
    "within": {"timeout", "latency", "time", "duration", "p95"},
}
"""Other words for a field, by its name."""
_WANTED = {
    "path": "path, such as /productpage",
    "status": "status from 200 to 599, or mapping of statuses to percentages",
    "within": "duration, such as 500ms or 1.5s",
}
"""What is wanted of a field, where its schema says it in more words than a line has."""
