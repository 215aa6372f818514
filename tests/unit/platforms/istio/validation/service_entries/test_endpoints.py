"""What Istio's webhook has against the endpoints of a ServiceEntry, in its words."""

from __future__ import annotations

import pytest

from platforms.istio.resources import Resource
from tests.unit.platforms.istio.rules import INVALID, refusal
from tests.unit.platforms.istio.service_entries.entries import entry, static

TWO = "[{number: 80, name: a, protocol: HTTP}, {number: 81, name: b, protocol: HTTP}]"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            static("[{address: localhost, ports: {x: 1}, labels: {_: 'x y'}}]"),
            'endpoint address "localhost" is not a valid IP address; endpoint port 1 is not defined by the service entry; invalid tag key: "_"; invalid tag value: "x y"',
        ),
        (static("[{address: ''}]"), "address is required"),
        (static("[{address: 'unix:///a'}]", ports=TWO), "exactly 1 service port required for unix endpoints"),
        (
            entry("resolution: DNS, endpoints: [{address: a_b}, {address: '*.a.com'}]"),
            'endpoint address "a_b" is not a valid FQDN or an IP address; endpoint address "*.a.com" is not a valid FQDN or an IP address',
        ),
        (
            entry("resolution: DNS, endpoints: [{address: 10.0.0.1, ports: {x: 1}}]"),
            "endpoint port 1 is not defined by the service entry",
        ),
    ],
)
def test_refusals(given: Resource, said: str) -> None:
    """An address where it is not looked up, a name where it is."""
    assert f"{INVALID}{said}" == refusal(given)
