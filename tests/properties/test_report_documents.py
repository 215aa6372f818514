"""Whatever the report's schema accepts is drawn, and everything else is refused in one line."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from scenarios import canary, fault_ratings, report
from scenarios.reporting.document import SCHEMA
from tests.controls.drive import drive
from tests.fakes import FakePlatform
from tests.properties.damages import put

SCHEME: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
CHECKER = jsonschema.Draft202012Validator(SCHEME)
TEXTS = st.text(max_size=6) | st.sampled_from(
    ("v1", "no stars", "other", "red stars", "<b>", "0", "1/3", "\x00", "2026")
)
PLACES = ("title", "reasons", "steps", "claims", "message", "fields", "notes")
MESSAGES = st.fixed_dictionaries(
    {
        "message": st.sampled_from(("reason.leak", "power.too_few", "who.others", "none.such")),
        "fields": st.dictionaries(
            st.sampled_from(("n", "seen", "of", "group", "outcome")),
            st.integers(-9, 10**15) | st.floats(0, 1e15) | TEXTS,
        ),
    }
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | TEXTS | MESSAGES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PLACES), inner, max_size=3),
)

DAMAGES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.sampled_from(("0x", "1/0", "9" * 5000, 10**400, [], {}, [[]], "\ud800", -1, 1e308))
)


@functools.cache
def values(given: str) -> st.SearchStrategy[Any]:
    """What a part of the schema, as JSON, accepts; now and then the extremes of it."""
    schema = json.loads(given)
    if "$ref" in schema:
        return of(SCHEME["$defs"][schema["$ref"].rpartition("/")[2]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kinds = schema["type"] if isinstance(schema.get("type"), list) else []
    if alternatives := schema.get("oneOf") or [{**schema, "type": kind} for kind in kinds]:
        return st.one_of(*map(of, alternatives))
    return _OF_TYPE[schema["type"]](schema)


def _integers(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    least, most = schema.get("minimum", -(10**15)), schema.get("maximum", 10**15)
    return st.integers(least, min(most, least + 9)) | st.integers(least, most)


def _numbers(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    least, most = schema.get("minimum", -1e15), schema.get("maximum", 1e15)
    return st.floats(least, most) | st.sampled_from((least, most, max(least, 0)))


def _texts(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    return st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else TEXTS


def _lists(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    least = schema.get("minItems", 0)
    return st.lists(of(schema["items"]), min_size=least, max_size=schema.get("maxItems", least + 2))


def _objects(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "properties" not in schema and "additionalProperties" not in schema:
        return st.dictionaries(st.sampled_from(PLACES), ANYTHING, max_size=3)
    if "properties" not in schema:
        return st.dictionaries(TEXTS, of(schema["additionalProperties"]), max_size=3)
    fields = {name: of(one) for name, one in schema["properties"].items()}
    required = schema.get("required", fields)
    optional = {name: one for name, one in fields.items() if name not in required}
    return st.fixed_dictionaries({name: fields[name] for name in required}, optional=optional)


_OF_TYPE: Mapping[str, Callable[[Mapping[str, Any]], st.SearchStrategy[Any]]] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "integer": _integers,
    "number": _numbers,
    "string": _texts,
    "array": _lists,
    "object": _objects,
}


def of(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: values(json.dumps(schema)))


def fitting(document: dict[str, Any]) -> dict[str, Any]:
    """The same with its parts about each other, which no schema can say."""
    steps = document["steps"]
    document["point"] %= len(steps)
    for number, claim in enumerate(document["claims"]):
        claim["step"] = steps[number % len(steps)]["title"]
    for health in filter(None, (step.get("health") for step in steps)):
        health["bad"] *= None not in (health["first_bad_at_ms"], health["last_bad_at_ms"])
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def right() -> list[dict[str, Any]]:
    """Two documents as runs leave them."""
    with FakePlatform() as platform:
        return [
            drive(one, ["--json", "--requests", "20"], platform).document
            for one in (canary.COMMAND, fault_ratings.COMMAND)
        ]


def drawn(folder: Path, data: bytes) -> tuple[int, str]:
    """The exit code and what was said; more than a line fails here."""
    (folder / "report.json").write_bytes(data)
    errors, out = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(out):
        code = report.main([str(folder)])
    line = errors.getvalue()

    assert code in (0, 2)
    assert (code == 2) == line.startswith("report: ")
    assert line.count("\n") == len(line.splitlines()) == (1 if code else 0)
    assert len(line) < 1000
    return code, line


# No shrinking: a whole document takes minutes to shrink, and the traceback says enough.
@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(of(SCHEME).map(fitting))
@pytest.mark.exhaustive
def test_everything_of_the_schema_is_drawn(folder: Path, document: dict[str, Any]) -> None:
    """Any text, any number that a run may count, and any number of steps and claims."""
    assert (0, "") == drawn(folder, json.dumps(document).encode())


@settings(max_examples=80, deadline=None)
@given(number=st.integers(0, 1), path=st.lists(st.integers(0, 50), min_size=1, max_size=8), damage=DAMAGES)
def test_a_report_with_damages(
    folder: Path, right: list[dict[str, Any]], number: int, path: list[int], damage: Any
) -> None:
    """One value of a right report replaced by another that the schema accepts, or by anything."""
    document = copy.deepcopy(right[number])
    put(document, path, damage)
    code, _ = drawn(folder, json.dumps(document).encode())

    if not CHECKER.is_valid(document):
        assert 2 == code


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=100))
@example(b"[" * 100_000)
@example(b'{"schema_version": ' + b"1" * 5000 + b"}")
@example(b'{"schema_version": 1e999}')
@example(b'{"schema_version": NaN}')
@example(b"\xff\xfe")
def test_any_bytes(folder: Path, data: bytes) -> None:
    """Whatever they are."""
    assert 2 == drawn(folder, data)[0]


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ({"point": 99}, "point: 99 is none of the 2 steps, which count from 0"),
        ({"requests": 10**16}, "no run has a number over 1,000,000,000,000,000"),
        ({"slice_ms": 0}, "slice_ms: 0 is less than the minimum of 1"),
        ({"schema_version": [3]}, "schema_version [3]; a report that can be drawn again has 1, 2 or 3"),
        ({"claims": "0x"}, "'0x' does not match"),
        ({"claims": "1/0"}, "'1/0' does not match"),
    ],
)
def test_what_is_refused(folder: Path, right: list[dict[str, Any]], damage: dict[str, Any], complaint: str) -> None:
    """The line says where and why."""
    document = copy.deepcopy(right[0])
    if isinstance(exactly := damage.get("claims"), str):
        next(iter(document["claims"][0]["outcomes"].values()))["asked_exactly"] = exactly
    else:
        document |= damage

    code, line = drawn(folder, json.dumps(document).encode())

    assert 2 == code
    assert complaint in line
