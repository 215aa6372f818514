"""Rules of an HTTPRoute as routes of a VirtualService."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.istio.gateway_api import http_rules
from tests.unit.platforms.istio.gateway_api.http_routes import http_route

TO = "backendRefs: [{name: reviews, port: 9080}]"
REVIEWS = {"destination": {"host": "reviews.bookinfo.svc.cluster.local", "port": {"number": 9080}}}


def made(rules: str) -> list[Any]:
    return list(http_rules.routes(http_route(rules), BOOKINFO.hosts.__contains__))


def paths(routes: list[Any]) -> list[str]:
    return ["".join(one["match"][0]["uri"].values()) for one in routes]


def test_every_match_is_a_route_of_its_own() -> None:
    """With the name of its rule, or of its place."""
    found = made(f"[{{matches: [{{path: {{value: /a/}}}}, {{method: GET}}], {TO}}}, {{name: last, {TO}}}]")

    assert [("bookinfo.mine.0", "/a"), ("bookinfo.mine.0", "/"), ("last", "/")] == [
        (one["name"], one["match"][0]["uri"]["prefix"]) for one in found
    ]
    assert {"exact": "GET"} == found[1]["match"][0]["method"]
    assert all([REVIEWS] == one["route"] for one in found)


def test_conditions() -> None:
    """Exact where nothing else is said."""
    (route,) = made(
        "[{matches: [{path: {type: Exact, value: /a}, headers: [{name: X-A, value: b}],"
        f" queryParams: [{{name: q, type: RegularExpression, value: c+}}]}}], {TO}}}]"
    )

    assert [
        {"uri": {"exact": "/a"}, "headers": {"X-A": {"exact": "b"}}, "queryParams": {"q": {"regex": "c+"}}}
    ] == route["match"]


def test_weights() -> None:
    """One without a weight has 1, and one with 0 is none; of a single one the weight says nothing."""
    (route,) = made("[{backendRefs: [{name: reviews, port: 9080}, {name: details, port: 9080, weight: 3}]}]")
    (single,) = made(
        "[{backendRefs: [{name: reviews, port: 9080, weight: 7}, {name: details, port: 9080, weight: 0}]}]"
    )

    assert [1, 3] == [one["weight"] for one in route["route"]]
    assert [REVIEWS] == single["route"]


@pytest.mark.parametrize("rule", ["{}", "{backendRefs: [{name: reviews, port: 9080, weight: 0}]}"])
def test_nobody_to_send_it_to(rule: str) -> None:
    """The answer is 500, as the Gateway API wants it."""
    (route,) = made(f"[{rule}]")

    assert {"status": 500} == route["directResponse"]
    assert "route" not in route


def test_a_redirect_needs_nobody() -> None:
    """It is an answer."""
    (route,) = made("[{filters: [{type: RequestRedirect, requestRedirect: {hostname: a.b}}]}]")

    assert {"redirectCode": 302, "authority": "a.b", "derivePort": "FROM_REQUEST_PORT"} == route["redirect"]
    assert "directResponse" not in route


@pytest.mark.parametrize(
    ("limits", "fields"),
    [
        ("timeouts: {request: 10s}", {"timeout": "10s"}),
        ("timeouts: {request: 0s, backendRequest: 2s}", {"timeout": "2s"}),
        (
            "timeouts: {backendRequest: 2s}, retry: {codes: [503], backoff: 1s}",
            {
                "retries": {
                    "attempts": 2,
                    "retryOn": "connect-failure,refused-stream,unavailable,cancelled,503",
                    "backoff": "1s",
                    "perTryTimeout": "2s",
                }
            },
        ),
    ],
)
def test_limits(limits: str, fields: dict[str, Any]) -> None:
    """A time for each try is one for all where there is one try."""
    (route,) = made(f"[{{{limits}, {TO}}}]")

    assert fields == {field: route[field] for field in ("timeout", "retries") if field in route}


def test_a_copy_for_nobody_is_not_made() -> None:
    """A mirror that is no Service is left out."""
    mirror = "{{type: RequestMirror, requestMirror: {{backendRef: {{name: {}, port: 9080}}, percent: 5}}}}"
    (route,) = made(f"[{{filters: [{mirror.format('nobody')}, {mirror.format('ratings')}], {TO}}}]")

    assert ["ratings.bookinfo.svc.cluster.local"] == [one["destination"]["host"] for one in route["mirrors"]]
    assert {"value": 5} == route["mirrors"][0]["percentage"]


def test_precedence() -> None:
    """Exact before prefix before regular expression, the longer first, then method, headers and parameters."""
    matches = (
        "{path: {type: RegularExpression, value: '/long.*expression'}}",
        "{path: {value: /a}}",
        "{path: {value: /a/b}}",
        "{path: {value: /a/b}, queryParams: [{name: q, value: '1'}]}",
        "{path: {value: /a/b}, headers: [{name: h, value: '1'}]}",
        "{path: {value: /a/b}, method: GET}",
        "{path: {type: Exact, value: /}}",
    )
    ordered = http_rules.by_precedence(made(f"[{{matches: [{', '.join(matches)}], {TO}}}]"))

    assert ["/", "/a/b", "/a/b", "/a/b", "/a/b", "/a", "/long.*expression"] == paths(ordered)
    assert [["method"], ["headers"], ["queryParams"], []] == [
        [field for field in one["match"][0] if field != "uri"] for one in ordered[1:5]
    ]


def test_what_has_no_match_comes_last() -> None:
    """An empty list is none, and no default."""
    ordered = http_rules.by_precedence(made(f"[{{matches: [], {TO}}}, {{name: first, matches: [{{}}], {TO}}}]"))

    assert ["first", "bookinfo.mine.0"] == [one["name"] for one in ordered]


def test_a_port() -> None:
    """Of the parent: it is one more condition."""
    found = list(http_rules.at_port(made(f"[{{matches: [], {TO}}}, {{matches: [{{}}], {TO}}}]"), 9080))

    assert [[{"port": 9080}], [{"uri": {"prefix": "/"}, "port": 9080}]] == [one["match"] for one in found]


def test_a_host_by_its_own_name() -> None:
    """A backend may be a host, which is in no namespace."""
    assert "a.example.com" == http_rules.host({"kind": "Hostname", "name": "a.example.com"}, "bookinfo")
    assert "a.other.svc.cluster.local" == http_rules.host({"kind": "Service", "name": "a", "namespace": "other"}, "x")
