"""Answers in few bytes: a run can have a million, and most pages say the same of themselves.

Answers that were written together share one list of end users and one of what pages said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.evidence.observation import Observation

Schema = dict[str, Any]

SCHEMA: Schema = {
    "type": "object",
    "required": ["users", "pages", "rows"],
    "properties": {
        "users": {
            "type": "array",
            "items": {"type": "string"},
            "description": "End users; the anonymous one is empty.",
        },
        "pages": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "The data-… marks of pages, without `data-`.",
        },
        "rows": {
            "type": "array",
            "description": "One per answer: its end user and its page (as places in the lists above), the number of the "
            "request among its end user's, the HTTP status (0 without an answer), milliseconds, the moment in seconds "
            "since 1970; where there is no answer also the reason, and whether it took too long.",
            "items": {
                "type": "array",
                "minItems": 6,
                "maxItems": 8,
                "prefixItems": [
                    {"type": "integer", "minimum": 0},
                    {"type": "integer", "minimum": 0},
                    {"type": "integer", "minimum": 0},
                    {"type": "integer", "minimum": 0},
                    {"type": "number", "minimum": 0},
                    {"type": "number", "minimum": 0},
                    {"type": "string"},
                    {"type": "boolean"},
                ],
            },
        },
    },
    "additionalProperties": False,
}


def pack(seen: Sequence[Observation]) -> dict[str, Any]:
    """The answers as JSON has them."""
    users: dict[str, int] = {}
    pages: dict[tuple[tuple[str, str], ...], int] = {}
    rows = []
    for one in seen:
        user = users.setdefault(one.end_user, len(users))
        page = pages.setdefault(tuple(one.marks.items()), len(pages))
        row: list[Any] = [user, page, one.number, one.status, one.milliseconds, one.at]
        rows.append([*row, one.error, one.timed_out] if one.error or one.timed_out else row)
    return {"users": list(users), "pages": [dict(page) for page in pages], "rows": rows}


def unpack(packed: Mapping[str, Any]) -> tuple[Observation, ...]:
    """The answers that `pack` wrote; raises LookupError, TypeError or ValueError for anything else."""
    return tuple(_observations(**packed))


def _observations(
    users: Sequence[str], pages: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Any]]
) -> Iterator[Observation]:
    names = [_a(str, user) for user in users]
    marks = [{_a(str, name): _a(str, text) for name, text in page.items()} for page in pages]
    for row in rows:
        user, page, number, status, milliseconds, at, *failed = row
        error, timed_out = failed or ("", False)
        yield Observation(
            end_user=names[_place(user)],
            marks=marks[_place(page)],
            number=_place(number),
            status=_place(status),
            milliseconds=_moment(milliseconds),
            at=_moment(at),
            error=_a(str, error),
            timed_out=_a(bool, timed_out),
        )


def _a(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!a:.100} is no {kind.__name__}")
    return value


def _place(value: Any) -> int:
    if _a(int, value) < 0:
        raise ValueError(f"{value} is below 0")
    return int(value)


def _moment(value: Any) -> float:
    return value if type(value) is float else float(_a(int, value))
