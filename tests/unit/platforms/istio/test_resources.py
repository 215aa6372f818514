"""YAML is read as a cluster reads it."""

from __future__ import annotations

import pytest

from platforms.bookinfo import parse
from platforms.errors import UsageError
from platforms.istio.resources import ResourceSet

HEAD = "apiVersion: v1\nkind: Any\nmetadata: {name: any}\n"


def test_a_date_is_a_text() -> None:
    """A text that looks like a date stays as it is written; a name is a text whatever it looks like."""
    (resource,) = parse(HEAD + "spec: {day: 2026-08-27, 1: one}", source="x.yaml")

    assert {"day": "2026-08-27", "1": "one"} == resource.spec


def test_a_field_that_is_given_twice_is_an_error() -> None:
    """The last one does not silently win."""
    with pytest.raises(UsageError, match=r'^x\.yaml: not YAML: key "hosts" already set in map'):
        list(parse(HEAD + "spec: {hosts: [a], hosts: [b]}", source="x.yaml"))


@pytest.mark.parametrize("value", [".inf", "-.Inf", ".nan", "!!int x", "!!binary '?'"])
def test_what_json_cannot_say_is_an_error(value: str) -> None:
    """Kubernetes speaks JSON: what only YAML has a form for never reaches a rule."""
    with pytest.raises(UsageError, match=r"^x\.yaml: "):
        list(parse(HEAD + f"spec: {{a: {value}}}", source="x.yaml"))


@pytest.mark.parametrize("long", ["x", "x" * 1000])
def test_aliases_that_unfold_without_end_are_an_error(long: str) -> None:
    """A few lines of aliases must not fill the memory, however few values they are."""
    anchors = [f"&a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    bomb = f"spec: {{x: [&a0 [{long}], {', '.join(anchors)}]}}"

    with pytest.raises(UsageError, match=r"its aliases unfold to more than 1,000,000 characters at line 4"):
        list(parse(HEAD + bomb, source="x.yaml"))


def test_a_large_file_without_aliases_is_read() -> None:
    """Only what aliases add is bounded: a rule of 9,000 routes has none."""
    items = "".join(f"  - {{match: [{{uri: {{exact: /{n}}}}}], name: {n}}}\n" for n in range(20_000))
    (resource,) = parse(f"{HEAD}spec:\n  http:\n{items}", source="x.yaml")

    assert 20_000 == len(resource.spec["http"])


def test_an_alias_of_what_it_stands_in_is_an_error() -> None:
    """A value that contains itself has no end."""
    with pytest.raises(UsageError, match="an alias stands inside what it names"):
        list(parse(HEAD + "spec: &all {x: *all}", source="x.yaml"))


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000, '{"a":' * 5000, '{"a":' + "[" * 200 + "]" * 200 + "}"])
def test_what_is_nested_too_deeply_is_an_error(text: str) -> None:
    """A thousand brackets are a message, no traceback and no fault of the parser in C."""
    with pytest.raises(UsageError, match=r"^x\.yaml: nested too deeply"):
        list(parse(text, source="x.yaml"))


def test_aliases_are_read() -> None:
    """An alias stands for what it names, and a merged mapping may be overruled."""
    (resource,) = parse(HEAD + "spec: {a: &a {x: 1, z: 2}, b: *a, c: {<<: *a, z: 3}}", source="x.yaml")

    assert {"a": {"x": 1, "z": 2}, "b": {"x": 1, "z": 2}, "c": {"x": 1, "z": 3}} == resource.spec


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("kind: Any\nmetadata: {name: any}", "document 1: apiVersion is missing"),
        ("apiVersion: 1\nkind: Any\nmetadata: {name: any}", "document 1: apiVersion must be a string, not 1"),
        ("apiVersion: v1\nkind: Any\nmetadata: {generateName: any-}", r"document 1: metadata\.name is missing"),
        (
            "apiVersion: v1\nkind: Any\nmetadata: {name: a, namespace: 5}",
            r"metadata\.namespace must be a string, not 5",
        ),
        ("apiVersion: v1\nkind: Any\nmetadata: {name: any}\nspec: []", "document 1: Any any: spec must be an object"),
        ("---\n---\n# nothing\n---\n42", "document 1: not an object"),
        ("kind: List\nitems: {}", "document 1: List: items must be a list"),
        ("kind: List\nitems: [{kind: Any}]", "document 1, item 1: apiVersion is missing"),
        ("kind: List\nitems: [{kind: List, items: [4]}]", "document 1, item 1, item 1: not an object"),
        ("kind: List", "document 1: apiVersion is missing"),
    ],
)
def test_what_is_no_object_is_an_error(text: str, complaint: str) -> None:
    """A document without a name, a kind or a version is named by its place."""
    with pytest.raises(UsageError, match=complaint):
        list(parse(text, source="x.yaml"))


def test_a_list_is_its_items() -> None:
    """Of any kind or of one, also in a list, as `kubectl get -o yaml` writes them."""
    one = "{apiVersion: a/v1, kind: Any, metadata: {name: %s}}"
    text = f"""
apiVersion: v1
kind: List
metadata: {{resourceVersion: ""}}
items:
- {one % "a"}
- {{apiVersion: b/v1, kind: OtherList, items: [{{metadata: {{name: b}}}}, {one % "c"}]}}
---
{one % "d"}
---
kind: List
items: null
"""

    assert [("a/v1", "Any", "a"), ("b/v1", "Other", "b"), ("a/v1", "Any", "c"), ("a/v1", "Any", "d")] == [
        (found.api_version, found.kind, found.name) for found in parse(text, source="x.yaml")
    ]


def test_a_namespace_that_is_not_said_is_the_projects() -> None:
    """Null says as little as nothing."""
    said, unsaid = parse(HEAD + "---\napiVersion: v1\nkind: Any\nmetadata: {name: any, namespace: null}", source="x")

    assert "bookinfo" == said.namespace == unsaid.namespace


def test_an_object_without_a_spec_is_read() -> None:
    """The platform, which knows its kind, says whether it needs one."""
    (resource,) = parse(HEAD, source="x.yaml")

    assert {} == resource.spec


JSON = '{"apiVersion": "v1", "kind": "Any", "metadata": {"name": "%s"}, "spec": {"a": %s}}'


def test_json_objects_follow_each_other() -> None:
    """They may follow as a stream, with tabs and with separators; numbers and half characters as Kubernetes has them."""
    text = (
        JSON % ("a", "1e1") + JSON % ("b", '"\\ud800"') + "\n\t" + JSON % ("c", "1.0") + "\n---\n" + JSON % ("d", "y")
    )

    assert [("a", 10), ("b", "\ufffd"), ("c", 1), ("d", True)] == [
        (one.name, one.spec["a"]) for one in parse(text, source="x.json")
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (JSON % ("a", "1") + "\n" + JSON % ("b", "]"), "not YAML: .* at line 2"),
        (JSON % ("a", '{"b": 1, "b": 2}'), 'not YAML: key "b" already set in map'),
        (JSON % ("a", "1e999"), "inf: JSON has no such number"),
        (JSON % ("a", "9" * 4301), "inf: JSON has no such number"),
        ("a: b\n--- {c: d}", "not YAML: invalid document separator at line 2: {c: d}"),
        ("? [a, b]\n: 1", "not YAML: invalid map key at line 1, column 3"),
        ("a: *b", "not YAML: unknown anchor b at line 1, column 4"),
        ("a: {<<: 1}", "not YAML: map merge requires map or sequence of maps"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: str, complaint: str) -> None:
    """The line and the column, where there is one."""
    with pytest.raises(UsageError, match=complaint):
        list(parse(text, source="x.json"))


def test_a_number_without_end_is_a_text_or_a_number() -> None:
    """4,301 digits are more than Python turns into a number by itself."""
    (resource,) = parse(HEAD + f"spec: {{a: {'1' * 4301}, b: 0x{'f' * 4301}}}", source="x.yaml")

    assert {"a": "1" * 4301, "b": "0x" + "f" * 4301} == resource.spec


@pytest.mark.parametrize(
    ("annotations", "kept"),
    [
        ("{}", None),
        ("{example.com/a: b}", None),
        ("[]", None),
        ("{istio.io/dry-run: 'true'}", "true"),
        ("{istio.io/dry-run: null}", ""),
    ],
)
def test_the_annotation_that_has_a_meaning(annotations: str, kept: str | None) -> None:
    """A policy that is only to be tried is one still where it is written down again, and is another than one in force."""
    head = f"apiVersion: v1\nkind: Any\nmetadata: {{name: any, annotations: {annotations}}}\n"
    (resource,), (plain,) = parse(head, source="x.yaml"), parse(HEAD, source="x.yaml")

    assert kept == resource.dry_run
    assert (kept is None) == (resource == plain)
    assert (kept is None) == (ResourceSet((resource,)).revision == ResourceSet((plain,)).revision)
    assert kept == next(parse(ResourceSet((resource,)).dump(), source="x.yaml")).dry_run
