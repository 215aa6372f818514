"""The HTTP routes of a VirtualService, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.platforms.istio.rules import REVIEWS, cluster, policy, reviews, served

TO = "route: [{destination: {host: reviews}}]"
FORWARD = {"cluster": cluster(""), "timeout": "0s"}
"""The action of a route that says nothing but where to."""


def route(http: str) -> dict[str, Any]:
    """The first route that productpage is served for an HTTP route in YAML, less the retries that nobody asked for."""
    found: dict[str, Any] = served("productpage-v1", reviews(f"[{http}]"))["routes"][REVIEWS]["routes"][0]
    if "route" in found:
        found["route"] = {name: value for name, value in found["route"].items() if name != "retryPolicy"}
    return found


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("", {}),
        ("timeout: 1500ms,", {"timeout": "1.500s"}),
        ("rewrite: {uri: /a},", {"prefixRewrite": "/a"}),
        ("rewrite: {authority: a.example},", {"hostRewriteLiteral": "a.example"}),
        (
            "rewrite: {uriRegexRewrite: {match: a+, rewrite: b}},",
            {"regexRewrite": {"pattern": {"regex": "a+"}, "substitution": "b"}},
        ),
        ("headers: {request: {set: {Host: a.example}}},", {"hostRewriteLiteral": "a.example"}),
    ],
)
def test_action(field: str, expected: dict[str, Any]) -> None:
    """What is said of the way to the one destination."""
    assert FORWARD | expected == route(f"{{{field} {TO}}}")["route"]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("mirror: {host: ratings}, mirrorPercent: 7,", {"numerator": 7}),
        ("mirror: {host: ratings},", {"numerator": 100}),
        (
            "mirror: {host: ratings}, mirrorPercentage: {value: 50},",
            {"denominator": "MILLION", "numerator": 500_000},
        ),
        (
            "mirrors: [{destination: {host: ratings}, percentage: {value: 50}}],",
            {"denominator": "MILLION", "numerator": 500_000},
        ),
    ],
)
def test_mirror(field: str, expected: dict[str, Any]) -> None:
    """A copy of so many requests goes elsewhere, under its own name."""
    (mirror,) = route(f"{{{field} {TO}}}")["route"]["requestMirrorPolicies"]

    assert cluster("", "ratings.bookinfo.svc.cluster.local") == mirror["cluster"]
    assert {"defaultValue": expected} == mirror["runtimeFraction"]
    assert mirror["disableShadowHostSuffixAppend"]


def test_a_mirror_of_nothing_is_none() -> None:
    """Nothing is copied at 0 %."""
    mirrored = "{mirror: {host: ratings}, mirrorPercentage: {value: 0}, " + TO + "}"

    assert "requestMirrorPolicies" not in route(mirrored)["route"]


def test_destinations_have_weights() -> None:
    """One without a weight beside others gets nothing; the headers of each are its own."""
    split = (
        "{route: [{destination: {host: reviews, subset: v1}, weight: 90, headers: {request: {remove: [x]}}},"
        "{destination: {host: reviews, subset: v2}, weight: 10}, {destination: {host: reviews, subset: v3}}]}"
    )

    assert [
        {"name": cluster("v1"), "weight": 90, "requestHeadersToRemove": ["x"]},
        {"name": cluster("v2"), "weight": 10},
    ] == route(split)["route"]["weightedClusters"]["clusters"]


@pytest.mark.parametrize(
    ("redirect", "expected"),
    [
        ("uri: /a", {"pathRedirect": "/a"}),
        ("authority: a.example", {"pathRedirect": "", "hostRedirect": "a.example"}),
        ("scheme: https", {"pathRedirect": "", "schemeRedirect": "https"}),
        *(
            (f"uri: /a, redirectCode: {code}", {"pathRedirect": "/a", "responseCode": name})
            for code, name in (
                (302, "FOUND"),
                (303, "SEE_OTHER"),
                (307, "TEMPORARY_REDIRECT"),
                (308, "PERMANENT_REDIRECT"),
            )
        ),
        ("uri: /a, redirectCode: 301", {"pathRedirect": "/a"}),
        ("uri: /a, port: 8443", {"pathRedirect": "/a", "portRedirect": 8443}),
        ("uri: /a, derivePort: FROM_REQUEST_PORT", {"pathRedirect": "/a", "portRedirect": 9080}),
        ("prefixRewrite: /a", {"prefixRewrite": "/a"}),
    ],
)
def test_redirect(redirect: str, expected: dict[str, Any]) -> None:
    """Each field in Envoy's words; what Envoy does unasked is not said."""
    assert expected == route(f"{{redirect: {{{redirect}}}}}")["redirect"]


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("status: 503", {"status": 503}),
        ("status: 200, body: {string: hello}", {"status": 200, "body": {"inlineString": "hello"}}),
        ("status: 200, body: {bytes: aGk=}", {"status": 200, "body": {"inlineBytes": "aGk="}}),
    ],
)
def test_direct_response(response: str, expected: dict[str, Any]) -> None:
    """The proxy answers by itself."""
    assert expected == route(f"{{directResponse: {{{response}}}}}")["directResponse"]


@pytest.mark.parametrize(
    ("http", "name"),
    [
        ("{name: a, " + TO + "}", "a"),
        ("{name: a, match: [{name: b}], " + TO + "}", "a.b"),
        ("{match: [{name: b}], " + TO + "}", ".b"),
        ("{" + TO + "}", None),
    ],
)
def test_name(http: str, name: str | None) -> None:
    """That of the route, then that of the match."""
    assert name == route(http).get("name")


def test_the_name_of_the_counters() -> None:
    """A match may name those of its route."""
    assert "x" == route("{match: [{statPrefix: x}], " + TO + "}")["statPrefix"]


def test_several_matches_are_several_routes() -> None:
    """To the same place, in their order, and none after the one that takes everything."""
    two = "{match: [{uri: {exact: /a}}, {uri: {prefix: /}}, {uri: {exact: /b}}], " + TO + "}"
    made = served("productpage-v1", reviews(f"[{two}]"))["routes"][REVIEWS]["routes"]

    assert [("path", "/a"), ("prefix", "/")] == [next(iter(one["match"].items())) for one in made]


def test_without_a_rule_everybody_is_asked() -> None:
    """The default route of a Service, which a hash of its DestinationRule makes sticky."""
    hashed = policy("{loadBalancer: {consistentHash: {httpHeaderName: x}}}")
    (default,) = served("productpage-v1", hashed, reviews("[{" + TO + "}]", more="gateways: [nowhere],"))["routes"][
        REVIEWS
    ]["routes"]

    assert ("default", cluster("")) == (default["name"], default["route"]["cluster"])
    assert [{"header": {"headerName": "x"}}] == default["route"]["hashPolicy"]


def test_a_port_that_goes_without_saying_is_not_said() -> None:
    """A redirect to port 80 of http names no port."""
    http = "[{redirect: {authority: a.example, port: 80}}]"

    route = served("productpage-v1", reviews(http))["routes"][REVIEWS]["routes"][0]

    assert {"hostRedirect": "a.example", "pathRedirect": ""} == route["redirect"]
