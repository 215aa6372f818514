"""What Istio's webhook has against a ServiceEntry, in its words."""

from __future__ import annotations

import pytest

from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import INVALID, refusal, rule
from tests.unit.platforms.istio.service_entries.entries import entry, static

LOOKED_UP = "for resolution type DYNAMIC_DNS"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (entry(host="a_b"), 'domain name "a_b" invalid (label "a_b" invalid)'),
        (
            entry("addresses: [x, 10.0.0.0/33, 10.0.0.0/255.0.0.0]"),
            "x is not a valid IP; 10.0.0.0/33 is not a valid CIDR block; 10.0.0.0/255.0.0.0 is not a valid CIDR block",
        ),
        (entry(ports="[{number: 1, name: A_, protocol: spdy}]"), "invalid port name: A_; unsupported protocol: spdy"),
        (
            entry("resolution: STATIC, workloadSelector: {labels: {'': a}}, addresses: [x]"),
            'empty key is not supported in selector: "=a"',
        ),
        (
            entry("resolution: STATIC, workloadSelector: {labels: {'a*': b}}"),
            'wildcard is not supported in selector: "a*=b"',
        ),
        (
            entry("resolution: DNS", host="*.example.com"),
            'hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode DNS, domain name "*.example.com" invalid (label "*" invalid)',
        ),
        (
            entry(
                "resolution: DYNAMIC_DNS, addresses: [10.0.0.1], endpoints: [{address: a}]",
                ports="[{number: 1, name: a, protocol: TCP}]",
            ),
            f"host must be wildcarded for resolution mode DYNAMIC_DNS; addresses cannot be set {LOOKED_UP}. HTTP route domains will only be generatedfrom the hosts field values; endpoints cannot be set {LOOKED_UP}. Destination IP address determined from hostsfield values; only HTTP, TLS, GRPC, and HTTP2 protocols are supported {LOOKED_UP}",
        ),
        (
            rule(
                "ServiceEntry",
                "own",
                "{hosts: [a.com, b.com], resolution: STATIC, ports: [{number: 1, name: a, protocol: TCP}]}",
            ),
            "multiple hosts provided with non-HTTP, non-TLS ports",
        ),
        (entry("exportTo: ['~', '.']"), "cannot export service entry to no one (~) and someone"),
    ],
)
def test_refusals(given: Resource, said: str) -> None:
    """Each thing that is wrong, once."""
    assert f"{INVALID}{said}" == refusal(given)


@pytest.mark.parametrize(
    "given",
    [
        static(more="exportTo: ['~']"),
        entry("addresses: [10.0.0.1/8, '2001:db8::/32']"),
        rule("ServiceEntry", "own", "{hosts: [a]}"),
    ],
)
def test_nothing_wrong(given: Resource) -> None:
    """What is unusual, and right."""
    assert validated(ResourceSet((given,)))
