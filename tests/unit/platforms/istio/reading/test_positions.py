"""The line on which that stands of which a message speaks."""

from __future__ import annotations

import pytest

from platforms.istio.reading.positions import line_at, line_of, marked_line

TEXT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: [reviews]
  http:
    - route:
        - destination: {host: reviews}
          weight: x
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ratings}
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("-: document 2: metadata is missing", 12),
        ("-: document 3: metadata is missing", 0),
        ("-: VirtualService reviews: spec.http[0].route[0].weight: Invalid value", 10),
        ('-: VirtualService reviews: unknown field "spec.http[0].route[0].wait"', 9),
        ("-: VirtualService reviews: spec.http[7].route: Required value", 7),
        ("-: VirtualService reviews: weight -1 < 0", 1),
        ("-: VirtualService ratings: metadata.name: Invalid value", 14),
        ("-: VirtualService details: spec: Required value", 0),
    ],
)
def test_a_message_on_an_object_is_placed(said: str, line: int) -> None:
    """At the field that its path names, or at the nearest thing around it that is there, of the object that it names."""
    assert line == line_of(said, TEXT)


LISTS = """\
kind: List
items:
  - kind: VirtualServiceList
    items:
      - metadata: {name: a}
      - 42
  - apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: reviews}
    spec: {hosts: 5}
---
---
42
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("-: document 1, item 1, item 2: not an object", 6),
        ("-: document 1, item 2: metadata.name is missing", 7),
        ("-: document 1, item 9: metadata.name is missing", 1),
        ("-: document 2: not an object", 13),
        ("-: VirtualService reviews: spec.hosts: Invalid value", 10),
    ],
)
def test_a_message_on_an_item_of_a_list_is_placed(said: str, line: int) -> None:
    """However deep it is."""
    assert line == line_of(said, LISTS)


@pytest.mark.parametrize(
    ("path", "line"),
    [((), 1), (("a",), 1), (("a", 1), 3), (("a", 1, "c"), 4), (("a", 1, "d"), 3), (("a", 9), 1), (("b", "a"), 1)],
)
def test_a_place_of_a_text_has_a_line(path: tuple[str | int, ...], line: int) -> None:
    """That of the nearest thing around it, where it is not there."""
    assert line == line_at("a:\n  - b: 1\n  - b: 2\n    c: 3\n", path)


def test_an_empty_text_has_one_line() -> None:
    """Nothing is placed on the first."""
    assert 1 == line_at("", ("a",))


def test_json_in_a_row_is_not_placed() -> None:
    """What kubectl reads and YAML does not is no reason to fail."""
    assert 0 == line_of("-: document 2: kind is missing", '{"a": 1}{"b": 2}')


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("not YAML: unknown anchor b at line 4, column 4", 4),
        ("not YAML: while parsing a flow sequence at line 5, column 3 did not find ']' at line 6, column 7", 5),
        (
            "not YAML: while parsing a block mapping at line 1, column 1 did not find expected key at line 9, column 2",
            9,
        ),
        ("nested too deeply", 0),
    ],
)
def test_a_text_that_cannot_be_read_is_marked(said: str, line: int) -> None:
    """An open bracket is marked where it was opened, a block where it stops making sense."""
    assert line == marked_line(said)
