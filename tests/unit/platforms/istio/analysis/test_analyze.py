"""The findings are those that `istioctl analyze` would report."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.istio.analysis.analyze import analyze
from platforms.istio.overlay import lay_over
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.rules import reviews, rule

TO = "route: [{destination: {host: reviews, subset: v1}}]"


def findings(*rules: Resource) -> list[tuple[str, str, str]]:
    found = analyze(lay_over(baseline(), ResourceSet(rules), BOOKINFO).resources, BOOKINFO)
    return [(one.code, one.level, one.message) for one in found]


def test_the_baseline_is_above_reproach() -> None:
    """There is nothing to remark on the baseline."""
    assert [] == findings()


@pytest.mark.parametrize(
    ("http", "message"),
    [
        ("[{route: [{destination: {host: nowhere}}]}]", 'Referenced host not found: "nowhere"'),
        ("[{mirror: {host: nowhere}, TO}]", 'Referenced mirror host not found: "nowhere"'),
        (
            "[{route: [{destination: {host: reviews, subset: v9}}]}]",
            'Referenced host+subset in destinationrule not found: "reviews+v9"',
        ),
        (
            "[{mirrors: [{destination: {host: reviews, subset: v9}}], TO}]",
            'Referenced mirror+subset in destinationrule not found: "reviews+v9"',
        ),
        (
            "[{route: [{destination: {host: reviews, port: {number: 80}}}]}]",
            'Referenced host:port not found: "reviews:80"',
        ),
    ],
)
def test_what_a_route_refers_to_must_be_there(http: str, message: str) -> None:
    """A destination that does not exist is an error, but no refusal."""
    assert [("IST0101", "Error", message)] == findings(reviews(http.replace("TO", TO)))


def test_a_gateway_that_is_named_must_be_there() -> None:
    """A VirtualService of no gateway is remarked on twice, as istioctl does."""
    page = rule("VirtualService", "page", "{hosts: [a.example], gateways: [nope], http: [{TO}]}".replace("TO", TO))

    assert [
        ("IST0101", "Error", 'Referenced gateway not found: "nope"'),
        (
            "IST0132",
            "Warning",
            "one or more host [a.example] defined in VirtualService bookinfo/page not found in Gateway bookinfo/nope.",
        ),
    ] == findings(page)


def test_an_old_way_to_name_a_gateway_is_remarked_on() -> None:
    """`name.namespace` still works, and the first such name is remarked on."""
    gateways = "[bookinfo-gateway.bookinfo, bookinfo-gateway.bookinfo.svc]"
    page = rule("VirtualService", "page", f"{{hosts: [a.example], gateways: {gateways}, http: [{{{TO}}}]}}")

    assert [
        (
            "IST0133",
            "Warning",
            'Schema validation warning: using legacy gatewayName format "bookinfo-gateway.bookinfo"; prefer the <namespace>/<name> format: "bookinfo/bookinfo-gateway"',
        )
    ] == findings(page)


def test_two_rules_for_one_host_are_remarked_on() -> None:
    """Only one of two VirtualServices for a host is obeyed, and both are named."""
    found = findings(reviews(f"[{{{TO}}}]", name="a"), reviews(f"[{{{TO}}}]", name="b"))

    assert ["IST0109", "IST0109"] == [code for code, _, _ in found]
    assert all("bookinfo/a,bookinfo/b" in message for _, _, message in found)


@pytest.mark.parametrize(
    ("http", "expected"),
    [
        (
            "[{TO}, {TO}]",
            [("IST0130", "Warning", "VirtualService rule #1 not used (only the last rule can have no matches).")],
        ),
        (
            "[{name: all, TO}, {match: [{uri: {prefix: /a}}], TO}]",
            [("IST0130", "Warning", "VirtualService rule #1 not used (route without matches defined before).")],
        ),
        (
            "[{match: [{uri: {exact: /a}}], TO}, {match: [{name: again, uri: {exact: /a}}], TO}]",
            [
                ("IST0130", "Warning", "VirtualService rule #1 not used (all matches used by prior rules)."),
                (
                    "IST0131",
                    "Info",
                    'VirtualService rule #1 match "again" is not used (duplicate/overlapping match in rule #0).',
                ),
            ],
        ),
        (
            "[{match: [{uri: {prefix: /a}}], TO}, {match: [{uri: {prefix: /ab}}], TO}]",
            [
                (
                    "IST0131",
                    "Info",
                    "VirtualService rule #1 match #0 of prefix /ab is not used (duplicate/overlapping match in rule #0 of prefix /a on #0).",
                )
            ],
        ),
        (
            "[{match: [{uri: {exact: /a}}, {uri: {exact: /a}, headers: {}, gateways: [], port: 0, ignoreUriCase: false}], TO}]",
            [
                (
                    "IST0131",
                    "Info",
                    "VirtualService rule #0 match #1 is not used (duplicate/overlapping match in rule #0).",
                )
            ],
        ),
        ("[{match: [{port: 1}, {port: 1, uri: {}}], TO}]", []),
        ("[{match: [{uri: {prefix: /ab}}], TO}, {match: [{uri: {prefix: /a}}], TO}]", []),
        (
            "[{match: [{uri: {prefix: /a}, headers: {x: {exact: ab}}}], TO}, {match: [{uri: {prefix: /a}, headers: {x: {exact: a}}}], TO}]",
            [],
        ),
        ("[{match: [{uri: {prefix: /a}, method: {exact: PUT}}], TO}, {match: [{uri: {prefix: /ab}}], TO}]", []),
    ],
)
def test_what_no_request_reaches_is_remarked_on(http: str, expected: list[tuple[str, str, str]]) -> None:
    """A route behind one that takes its requests is never used."""
    assert expected == findings(reviews(http.replace("TO", TO)))


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (
            rule("DestinationRule", "x", "{host: nowhere}"),
            (
                "IST0174",
                "Warning",
                "The host nowhere defined in the DestinationRule does not match any services in the mesh.",
            ),
        ),
        (
            rule("DestinationRule", "x", "{host: ratings, subsets: [{name: v9, labels: {version: v9}}]}"),
            (
                "IST0173",
                "Error",
                "The Subset v9 defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).",
            ),
        ),
        (
            rule(
                "Gateway",
                "x",
                "{selector: {istio: egress}, servers: [{port: {number: 80, name: a, protocol: TCP}, hosts: ['*']}]}",
            ),
            ("IST0101", "Error", 'Referenced selector not found: "istio=egress"'),
        ),
        (
            rule("DestinationRule", "x", "{host: ratings, trafficPolicy: {outlierDetection: {consecutiveErrors: 5}}}"),
            (
                "IST0133",
                "Warning",
                "Schema validation warning: outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead",
            ),
        ),
    ],
)
def test_what_helps_nobody_is_remarked_on(resource: Resource, expected: tuple[str, str, str]) -> None:
    """A rule that selects nothing, or says it in an old way, is remarked on."""
    assert [expected] == findings(resource)


@pytest.mark.parametrize(
    "resource",
    [
        rule(
            "DestinationRule",
            "x",
            "{host: ratings, trafficPolicy: {portLevelSettings: "
            "[{port: {number: 9080}, outlierDetection: {consecutiveErrors: 5}}]}}",
        ),
        rule(
            "DestinationRule",
            "x",
            "{host: ratings, subsets: [{name: v1, labels: {version: v1}, "
            "trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, minimumRingSize: 8}}}}]}",
        ),
        reviews("[{TO}]".replace("TO", TO), more="gateways: [mesh, bookinfo-gateway.bookinfo],"),
        reviews("[{fault: {abort: {percentage: {value: 5}}}, TO}]".replace("TO", TO)),
    ],
)
def test_what_istio_does_not_warn_of(resource: Resource) -> None:
    """The webhook loses the warnings about ports, subsets and faults."""
    assert [] == findings(resource)


def test_a_second_gateway_for_the_same_hosts_is_remarked_on() -> None:
    """Both Gateways are told of each other."""
    second = rule(
        "Gateway",
        "second",
        "{selector: {istio: ingressgateway}, servers: [{port: {number: 8080, name: a, protocol: HTTP}, hosts: ['*']}]}",
    )

    assert ["IST0145", "IST0145"] == [code for code, _, _ in findings(second)]
