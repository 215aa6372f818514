"""A file of expectations is told from rules, and what its schema does not allow is refused with its line."""

from __future__ import annotations

import json

import jsonschema
import pytest

from platforms.errors import UsageError
from scenarios.prove.reading import SCHEMA, separate
from tests.unit.scenarios.prove.files import file

RULE = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews}\n"
EXPECTATIONS = "expectations:\n  - status: 200\n"


def test_the_schema_is_one() -> None:
    """As an editor takes it."""
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_expectations_are_told_from_rules_by_what_they_are() -> None:
    """Not by the name of their file, nor by the order."""
    found, rules = separate([("a.yaml", RULE), ("b.yaml", EXPECTATIONS), ("c.yaml", RULE)], ["."])

    assert ("b.yaml", [("a.yaml", RULE), ("c.yaml", RULE)]) == (found.name, rules)
    assert [{"status": 200}] == found.items


def test_rules_beside_expectations() -> None:
    """Expectations below a rule are found, so that it is told where they belong."""
    found, _ = separate([("all.yaml", f"{RULE}---\n{EXPECTATIONS}")], ["."])

    with pytest.raises(UsageError, match=r"all\.yaml: 2 documents: .* in a file of their own"):
        _ = found.items


@pytest.mark.parametrize("text", ["expectation:\n  - status: 200\n", "expectations: [\n"])
def test_a_broken_file_of_expectations_is_no_rule(text: str) -> None:
    """So that its own error is told, and not that an object has no kind."""
    found, _ = separate([("rules.yaml", RULE), ("expect.yaml", text)], ["."])

    assert "expect.yaml" == found.name
    with pytest.raises(UsageError, match=r"^expect\.yaml:[12]: "):
        _ = found.items


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([("rules.yaml", RULE)], "rules/: no expectations in there"),
        ([("a.yaml", EXPECTATIONS), ("b.yaml", EXPECTATIONS)], "a.yaml and b.yaml: expectations stand in one file"),
    ],
)
def test_there_is_one_file_of_expectations(texts: list[tuple[str, str]], said: str) -> None:
    """None, or two, are refused by name."""
    with pytest.raises(UsageError, match=said):
        separate(texts, ["rules/"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "- as: jason\n    share: {v1: 100}",
            "expect.yaml:3: expectations[0].share: there is no such field; `shares` is meant?",
        ),
        (
            "- as: jason\n    colour: red",
            "expect.yaml:3: expectations[0].colour: there is no such field; there are as, ",
        ),
        ("- status: 200\n  - status: 99", "expect.yaml:3: expectations[1].status: 99 is no status from 200 to 599"),
        ("- within: 500", "expect.yaml:2: expectations[0].within: 500 is no duration, such as 500ms"),
        ("- shares: {v1: -1}", "expect.yaml:2: expectations[0].shares.v1: -1 is no number from 0 to 100"),
        ("- requests: 0", "expect.yaml:2: expectations[0].requests: 0 is no whole number from 1 to 1000000"),
        ("- path: details", 'expect.yaml:2: expectations[0].path: "details" is no path, such as /productpage'),
        ("- as: 5", "expect.yaml:2: expectations[0].as: 5 is no text: put it in quotes"),
        ("- user: jason", "expect.yaml:2: expectations[0].user: there is no such field; `as` is meant?"),
        ("- timeout: 1s", "expect.yaml:2: expectations[0].timeout: there is no such field; `within` is meant?"),
        (
            "- shares: {v1: 90%}",
            'expect.yaml:2: expectations[0].shares.v1: "90%" is no number from 0 to 100: leave out the %',
        ),
        ("- never: v3", 'expect.yaml:2: expectations[0].never: "v3" is no list: write [v3]'),
        ("as: jason", 'expect.yaml:1: expectations: {"as": "jason"} is no list: begin each with `- `'),
        ("- never: [true]", "expect.yaml:2: expectations[0].never[0]: true is no version or status"),
        ("- status: {}", "expect.yaml:2: expectations[0].status: {} is no status from 200"),
        ("- 5", "expect.yaml:2: expectations[0]: 5 is no mapping of fields"),
        ("[]", "expect.yaml:1: expectations: empty"),
        ("", "expect.yaml:1: expectations: null is no list"),
        ("- as: [", "expect.yaml:3: not YAML"),
        (
            "- as: a\n---\nexpectations: []",
            "expect.yaml: 2 documents: all expectations stand under one `expectations:`",
        ),
    ],
)
def test_what_the_schema_does_not_allow_is_refused_with_its_line(text: str, said: str) -> None:
    """And with its place, and with what would be right."""
    with pytest.raises(UsageError) as refused:
        _ = file(f"expectations:\n  {text}\n").items

    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
