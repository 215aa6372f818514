"""YAML is read as a cluster reads it."""

from __future__ import annotations

import pytest

from platforms.errors import UsageError
from platforms.resources import parse

HEAD = "apiVersion: v1\nkind: Any\nmetadata: {name: any}\n"


def test_a_date_is_a_text() -> None:
    """What looks like a date stays as it is written; a name is a text whatever it looks like."""
    (resource,) = parse(HEAD + "spec: {day: 2026-08-27, 1: one}", source="x.yaml")

    assert {"day": "2026-08-27", "1": "one"} == resource.spec


def test_a_field_that_is_given_twice_is_an_error() -> None:
    """The last one does not silently win."""
    with pytest.raises(UsageError, match=r'^x\.yaml: not YAML: key "hosts" already set in map'):
        list(parse(HEAD + "spec: {hosts: [a], hosts: [b]}", source="x.yaml"))


@pytest.mark.parametrize("value", ["!!binary aGk=", "!!set {a}", "!!omap [a: 1]", "!!python/object:os.system {}"])
def test_what_json_cannot_say_is_an_error(value: str) -> None:
    """Kubernetes speaks JSON: what only YAML has a form for never reaches a rule."""
    with pytest.raises(UsageError, match=r"^x\.yaml: not YAML: could not determine a constructor for the tag"):
        list(parse(HEAD + f"spec: {{a: {value}}}", source="x.yaml"))


def test_aliases_that_unfold_without_end_are_an_error() -> None:
    """A few lines of aliases must not fill the memory."""
    anchors = [f"&a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    bomb = f"spec: {{x: [&a0 [x], {', '.join(anchors)}]}}"

    with pytest.raises(UsageError, match=r"its aliases unfold to [\d,]+ values, 100,000 are allowed"):
        list(parse(HEAD + bomb, source="x.yaml"))


def test_an_alias_of_what_it_stands_in_is_an_error() -> None:
    """What contains itself has no end."""
    with pytest.raises(UsageError, match="an alias stands inside what it names"):
        list(parse(HEAD + "spec: &all {x: *all}", source="x.yaml"))


def test_what_is_nested_too_deeply_is_an_error() -> None:
    """A thousand brackets are a message, no traceback."""
    with pytest.raises(UsageError, match=r"^x\.yaml: nested too deeply"):
        list(parse("[" * 5000, source="x.yaml"))


def test_aliases_are_read() -> None:
    """An alias stands for what it names, and a merged mapping may be overruled."""
    (resource,) = parse(HEAD + "spec: {a: &a {x: 1, y: 2}, b: *a, c: {<<: *a, y: 3}}", source="x.yaml")

    assert {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}, "c": {"x": 1, "y": 3}} == resource.spec


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("kind: Any\nmetadata: {name: any}", "document 1: apiVersion is missing"),
        ("apiVersion: 1\nkind: Any\nmetadata: {name: any}", "document 1: apiVersion: 1 is no text"),
        ("apiVersion: v1\nkind: Any\nmetadata: {generateName: any-}", r"document 1: metadata\.name is missing"),
        ("apiVersion: v1\nkind: Any\nmetadata: {name: a, namespace: 5}", r"metadata\.namespace: 5 is no text"),
        ("apiVersion: v1\nkind: Any\nmetadata: {name: any}\nspec: []", "document 1: Any any: spec is no object"),
        ("---\n---\n# nothing\n---\n42", "document 1: not an object"),
        ("apiVersion: v1\nkind: List\nitems: []", "document 1: List: give its items one by one"),
    ],
)
def test_what_is_no_object_is_an_error(text: str, complaint: str) -> None:
    """A document without a name, a kind or a version is named by its place."""
    with pytest.raises(UsageError, match=complaint):
        list(parse(text, source="x.yaml"))


def test_a_namespace_that_is_not_said_is_the_projects() -> None:
    """Null says as little as nothing."""
    said, unsaid = parse(HEAD + "---\napiVersion: v1\nkind: Any\nmetadata: {name: any, namespace: null}", source="x")

    assert "bookinfo" == said.namespace == unsaid.namespace


def test_an_object_without_a_spec_is_read() -> None:
    """Whether it needs one is for the platform to say, which knows its kind."""
    (resource,) = parse(HEAD, source="x.yaml")

    assert {} == resource.spec
