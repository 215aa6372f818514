"""One event as one line of JSON, and back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from platforms.istio.reading.documents import Unreadable, json_document
from scenarios.events.answers import SCHEMA as ANSWERS
from scenarios.events.answers import pack, unpack
from scenarios.events.event import KINDS, VERSION, Answered, Event, Opened
from scenarios.events.form import Form, Malformed, Schema, form

SCHEMA = Path(__file__).with_name("recording.schema.json")
"""The published description of a line; `pytest tests/golden --update-golden` writes it."""


def name_of(kind: type[Event]) -> str:
    """The name of an event in its line: `in_force`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


_NAMED = {name_of(kind): kind for kind in KINDS}


def encode(event: Event) -> str:
    """Write the event as a line, without its end."""
    named = {"event": name_of(type(event)), "at": event.at}
    if isinstance(event, Answered):
        found = {**named, "step": event.step, **pack(event.seen)}
    else:
        found = {**named, **_form(type(event)).write(event)}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def decode(line: str) -> Event:
    """Read the event of a line; raises Malformed for what is none, or is of another version."""
    try:
        found = json_document(line)
    except Unreadable as error:
        raise Malformed(str(error)) from error
    kind = _NAMED.get(str(found.pop("event", ""))) if isinstance(found, dict) else None
    if kind is None:
        raise Malformed("no event of a run")
    if kind is Opened and found.get("version") != VERSION:
        raise Malformed(f"version {found.get('version')!a:.20}; recordings that can be read have version {VERSION}")
    if kind is Answered:
        return _answered(**found)
    event: Event = _form(kind).read(found)
    return event


def _form(kind: Any) -> Form:
    return form(kind)


def _answered(*, at: Any = None, step: Any = None, **packed: Any) -> Answered:
    try:
        return Answered(form(int).read(step), unpack(packed), at=form(float).read(at))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Malformed(f"answers: {error}") from error


def schema() -> Schema:
    """Describe a line, as JSON Schema does."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of the recording of a run",
        "description": "A recording is a text file of such lines, in the order of what happened. The first is `opened`; "
        "the last is `ended` or `failed`, unless the run was cut off.",
        "oneOf": [_described(name, kind) for name, kind in _NAMED.items()],
    }


def _described(name: str, kind: type[Event]) -> Schema:
    known = _form(kind).schema
    own = {**known["properties"], **(ANSWERS["properties"] if kind is Answered else {})}
    if kind is Answered:
        del own["seen"]
    if kind is Opened:
        own["version"] = {"const": VERSION}
    return {
        "title": name,
        "description": kind.__doc__,
        "type": "object",
        "required": ["event", *own],
        "properties": {"event": {"const": name}, **own},
        "additionalProperties": False,
    }
