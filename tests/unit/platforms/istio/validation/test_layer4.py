"""TCP and TLS routes, which Istio checks though nobody here serves them."""

from __future__ import annotations

import pytest

from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import INVALID, refusal, rule

TO = "route: [{destination: {host: reviews}}]"


def routed(layer4: str) -> Resource:
    return rule("VirtualService", "x", f"{{hosts: [a.example.com, '*.b.com'], gateways: [door], {layer4}}}")


@pytest.mark.parametrize(
    ("layer4", "message"),
    [
        ("tcp: [{}]", "TCP route is required"),
        ("tcp: [{route: [{destination: {host: '*'}}]}]", "invalid destination host *"),
        (
            "tcp: [{match: [{port: 70000}, {destinationSubnets: [10.0.0.0/8, 10.0.0.1, a, 10.0.0.0/99]}], TO}]",
            "port number 70000 must be in the range 1..65535; a is not a valid IP; 10.0.0.0/99 is not a valid CIDR block",
        ),
        ("tcp: [{route: [{destination: {host: a}}, {destination: {host: b}}]}]", "total destination weight = 0"),
        ("tls: [{match: [], TO}]", "TLS route must have at least one match condition"),
        ("tls: [{match: [{sniHosts: []}]}]", "TLS match must have at least one SNI host; TLS route is required"),
        ("tls: [{match: [{sniHosts: [x.b.com, a_]}], TO}]", 'domain name "a_" invalid (label "a_" invalid)'),
        (
            "tls: [{match: [{sniHosts: [c.com, 10.0.0.1]}], TO}]",
            'SNI host "c.com" is not a compatible subset of any of the virtual service hosts: [a.example.com, *.b.com]',
        ),
    ],
)
def test_a_layer_4_route(layer4: str, message: str) -> None:
    """The reasons of a TCP or a TLS route, all of them."""
    assert f"{INVALID}{message}" == refusal(routed(layer4.replace("TO", TO)))


def test_a_tls_match_without_hosts() -> None:
    """The API server refuses it by its schema."""
    missing = refusal(routed("tls: [{match: [{port: 1}]}]"))

    assert 'The VirtualService "x" is invalid: spec.tls[0].match[0].sniHosts: Required value' == missing


@pytest.mark.parametrize(
    "one",
    [
        rule(
            "VirtualService",
            "x",
            f"{{hosts: ['*'], gateways: [a], tls: [{{match: [{{sniHosts: [outbound_.80_._.a.b]}}], {TO}}}]}}",
        ),
    ],
)
def test_what_istio_takes(one: Resource) -> None:
    """A name that Istio itself makes has underscores."""
    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]
