"""An HTTP match of a VirtualService as the route match of Envoy."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.envoy.route import matches
from platforms.istio.registry import Proxy

PROXY = Proxy("productpage-v1", "bookinfo", {"app": "productpage", "version": "v1"})


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", {"prefix": "/"}),
        ("{uri: {exact: /a}}", {"path": "/a"}),
        ("{uri: {prefix: /a}}", {"prefix": "/a"}),
        ("{uri: {regex: /a+}}", {"safeRegex": {"regex": "/a+"}}),
        ("{uri: {exact: /a}, ignoreUriCase: true}", {"path": "/a", "caseSensitive": False}),
        ("{method: {exact: GET}}", {"prefix": "/", "headers": [{"name": ":method", "stringMatch": {"exact": "GET"}}]}),
        ("{authority: {prefix: a}}", {"prefix": "/", "headers": [{"name": ":authority", "stringMatch": {"prefix": "a"}}]}),
        ("{scheme: {exact: http}}", {"prefix": "/", "headers": [{"name": ":scheme", "stringMatch": {"exact": "http"}}]}),
        ("{headers: {x: {exact: a}}}", {"prefix": "/", "headers": [{"name": "x", "stringMatch": {"exact": "a"}}]}),
        ("{headers: {x: {regex: a+}}}", {"prefix": "/", "headers": [{"name": "x", "stringMatch": {"safeRegex": {"regex": "a+"}}}]}),
        ("{headers: {x: {}}}", {"prefix": "/", "headers": [{"name": "x", "presentMatch": True}]}),
        ("{headers: {x: {regex: '*'}}}", {"prefix": "/", "headers": [{"name": "x", "presentMatch": True}]}),
        ("{withoutHeaders: {x: {}}}", {"prefix": "/", "headers": [{"name": "x", "presentMatch": True, "invertMatch": True}]}),
        ("{queryParams: {q: {exact: a}}}", {"prefix": "/", "queryParameters": [{"name": "q", "stringMatch": {"exact": "a"}}]}),
        ("{queryParams: {q: {}}}", {"prefix": "/", "queryParameters": [{"name": "q", "presentMatch": True}]}),
    ],
)  # fmt: skip
def test_field(match: str, expected: dict[str, Any]) -> None:
    """Each in Envoy's words."""
    assert {"caseSensitive": True} | expected == matches.envoy(yaml.safe_load(match))


def test_a_header_that_must_not_have_a_value() -> None:
    """One that is not there has not got it either."""
    (header,) = matches.envoy({"withoutHeaders": {"x": {"exact": "a"}}})["headers"]

    assert {
        "name": "x",
        "stringMatch": {"exact": "a"},
        "invertMatch": True,
        "treatMissingHeaderAsEmpty": True,
    } == header


def test_order() -> None:
    """Headers stand by their names, whether they must come or must not; after them what HTTP/2 calls headers."""
    match = {"method": {"exact": "GET"}, "headers": {"c": {}, "a": {}}, "withoutHeaders": {"b": {}}}

    assert ["a", "b", "c", ":method"] == [header["name"] for header in matches.envoy(match)["headers"]]


def test_without_a_match_everything_is_one() -> None:
    """And says so in the same words each time."""
    assert dict(matches.CATCH_ALL) == matches.envoy(None)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"prefix": "/"}, True),
        ({"safeRegex": {"regex": ".*"}}, True),
        ({"prefix": "/a"}, False),
        ({"prefix": "/", "headers": [{"name": "x"}]}, False),
        ({"prefix": "/", "queryParameters": [{"name": "x"}]}, False),
    ],
)
def test_catch_all(match: dict[str, Any], *, expected: bool) -> None:
    """No request gets past it."""
    assert expected == matches.is_catch_all(match)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", True),
        ("{port: 9080}", True),
        ("{port: 80}", False),
        ("{sourceLabels: {app: productpage}}", True),
        ("{sourceLabels: {app: productpage, version: v2}}", False),
        ("{sourceNamespace: bookinfo}", True),
        ("{sourceNamespace: default}", False),
        ("{gateways: [mesh]}", True),
        ("{gateways: [bookinfo-gateway]}", False),
        ("{gateways: [mesh], sourceLabels: {app: ratings}}", True),
    ],
)
def test_concerns(match: str, *, expected: bool) -> None:
    """Of a match that names gateways, the caller's labels are not asked."""
    found = matches.concerns(yaml.safe_load(match), PROXY, gateway="mesh", port=9080, namespace="bookinfo")

    assert expected == found
