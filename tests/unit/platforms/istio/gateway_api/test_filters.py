"""Filters of an HTTPRoute in the words of a VirtualService."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.istio.gateway_api import filters


def test_headers() -> None:
    """Names are lower-cased, of two for one name the first counts, and each side stands for itself."""
    given = [
        {"type": "URLRewrite", "urlRewrite": {}},
        {
            "type": "RequestHeaderModifier",
            "requestHeaderModifier": {"set": [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}]},
        },
        {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": ["X-B"]}},
    ]

    assert {
        "request": {"set": {"x-a": "1"}, "add": {}, "remove": []},
        "response": {"set": {}, "add": {}, "remove": ["X-B"]},
    } == filters.headers(given)


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ({}, {"derivePort": "FROM_REQUEST_PORT"}),
        ({"scheme": "https"}, {"scheme": "https"}),
        ({"port": 8443, "hostname": "a.b"}, {"port": 8443, "authority": "a.b"}),
        ({"scheme": "http", "path": {"replaceFullPath": "/x"}}, {"scheme": "http", "uri": "/x"}),
        ({"scheme": "http", "path": {"replacePrefixMatch": "/x"}}, {"scheme": "http", "prefixRewrite": "/x"}),
    ],
)
def test_a_redirect(asked: dict[str, Any], made: dict[str, Any]) -> None:
    """The request's port stays, unless a port or a scheme is said."""
    assert {"redirectCode": 302, **made} == filters.redirect({"statusCode": 302, **asked})


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ({"path": {"replacePrefixMatch": "/new/"}}, {"uri": "/new"}),
        ({"path": {"replacePrefixMatch": ""}}, {"uri": "/"}),
        ({"path": {"replaceFullPath": "/new"}}, {"uriRegexRewrite": {"match": "/.*", "rewrite": "/new"}}),
        ({"hostname": "elsewhere"}, {"authority": "elsewhere"}),
        ({}, {}),
    ],
)
def test_a_rewrite(asked: dict[str, Any], made: dict[str, Any]) -> None:
    """A slash at the end of a prefix does not count."""
    assert made == filters.rewrite(asked)


@pytest.mark.parametrize(
    ("asked", "value"),
    [({"percent": 5}, 5), ({"fraction": {"numerator": 1, "denominator": 1000}}, 0.1)],
)
def test_a_part_of_the_requests(asked: dict[str, Any], value: float) -> None:
    """A fraction becomes a percentage."""
    assert {"percentage": {"value": value}} == filters.mirrored_percent(asked)
    assert {} == filters.mirrored_percent({})


@pytest.mark.parametrize(
    ("origin", "condition"),
    [
        ("https://a.example.com", {"exact": "https://a.example.com"}),
        ("https://*", {"prefix": "https://"}),
        ("https://*.example.com", {"regex": r"^https://.*\.example\.com$"}),
        ("*", {"regex": r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$"}),
    ],
)
def test_an_origin(origin: str, condition: dict[str, str]) -> None:
    """A star stands for any text, wherever it stands."""
    assert [condition] == filters.cors({"allowOrigins": [origin]})["allowOrigins"]


def test_cors() -> None:
    """What is not said is not there, and a foreign preflight never reaches the app."""
    assert {"unmatchedPreflights": "IGNORE"} == filters.cors({"allowCredentials": False, "maxAge": 0})
    assert {"unmatchedPreflights": "IGNORE", "allowCredentials": True, "maxAge": "5s"} == filters.cors(
        {"allowCredentials": True, "maxAge": 5}
    )
