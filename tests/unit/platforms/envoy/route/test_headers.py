"""Header changes of a VirtualService in Envoy's words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.envoy.route import headers

OVERWRITE = {"appendAction": "OVERWRITE_IF_EXISTS_OR_ADD"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{}", {}),
        ("{request: {set: {x: '1'}}}", {"requestHeadersToAdd": [{"header": {"key": "x", "value": "1"}, **OVERWRITE}]}),
        ("{request: {add: {x: '1'}}}", {"requestHeadersToAdd": [{"header": {"key": "x", "value": "1"}}]}),
        ("{request: {remove: [x, y]}}", {"requestHeadersToRemove": ["x", "y"]}),
        ("{response: {add: {x: '1'}}}", {"responseHeadersToAdd": [{"header": {"key": "x", "value": "1"}}]}),
        ("{response: {remove: [x]}}", {"responseHeadersToRemove": ["x"]}),
        ("{request: {add: {x: ''}}}", {"requestHeadersToAdd": [{"header": {"key": "x"}}]}),
        ("{request: {remove: []}}", {}),
    ],
)
def test_changes(given: str, expected: dict[str, Any]) -> None:
    """What is set, added and removed, of requests and of answers; an empty text is left out of JSON."""
    assert expected == headers.changes(yaml.safe_load(given))


def test_order() -> None:
    """What is set comes before what is added, each by name."""
    made = headers.changes({"request": {"add": {"b": "1", "a": "2"}, "set": {"d": "3", "c": "4"}}})

    assert ["c", "d", "a", "b"] == [one["header"]["key"] for one in made["requestHeadersToAdd"]]


@pytest.mark.parametrize("name", ["Host", "host", ":authority", ":path"])
def test_what_is_no_header_to_envoy(name: str) -> None:
    """It has fields of its own for these."""
    assert {} == headers.changes({"request": {"set": {name: "x"}}})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ""),
        ({"request": {"set": {"Host": "a"}}}, "a"),
        ({"request": {"add": {":authority": "b"}}}, "b"),
        ({"request": {"add": {"host": "b"}, "set": {"host": "a"}}}, "a"),
        ({"request": {"set": {"host": ""}}}, ""),
        ({"response": {"set": {"host": "a"}}}, ""),
    ],
)
def test_authority(given: dict[str, Any] | None, expected: str) -> None:
    """The Host that is set, else the one that is added; that of an answer means nothing."""
    assert expected == headers.authority(given)


def test_a_route_comes_before_its_destination() -> None:
    """The changes of both are made, in this order."""
    route, destination = (headers.changes({"request": {"remove": [name]}}) for name in ("x", "y"))

    assert {"requestHeadersToRemove": ["x", "y"]} == headers.joined(route, destination)
    assert route == headers.joined(route, {}) == headers.joined({}, route)
