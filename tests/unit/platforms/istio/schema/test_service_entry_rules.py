"""The rules of a ServiceEntry's schema, in the words of an API server."""

from __future__ import annotations

import pytest

from platforms.istio.resources import Resource
from tests.unit.platforms.istio.rules import refusal, rule
from tests.unit.platforms.istio.service_entries.entries import entry, static


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (entry(host="*"), 'spec.hosts[0]: Invalid value: "string": hostname cannot be wildcard'),
        (
            entry(ports="[{number: 0, name: a}]"),
            'spec.ports[0].number: Invalid value: "integer": port must be between 1-65535',
        ),
        (
            entry(ports="[{number: 1, name: a, targetPort: 65536}]"),
            'spec.ports[0].targetPort: Invalid value: "integer": port must be between 1-65535',
        ),
        (
            entry(ports="[{number: 1, name: a}, {number: 1, name: b}]"),
            'spec.ports: Invalid value: "array": port number cannot be duplicated',
        ),
        (entry(ports="[{number: 1, name: a}, {number: 2, name: a}]"), 'spec.ports[1]: Duplicate value: {"name":"a"}'),
        (
            static("[{address: 127.0.0.1, ports: {a_: 1}}]"),
            'spec.endpoints[0].ports: Invalid value: "object": port name must be valid',
        ),
        (static("[{}]"), 'spec.endpoints[0]: Invalid value: "object": Address is required'),
        (
            static("[{address: 'unix://'}]"),
            'spec.endpoints[0].address: Invalid value: "string": index out of range: 8 evaluating rule: UDS must be an absolute path or abstract socket; spec.endpoints[0].address: Invalid value: "string": UDS may not be a dir',
        ),
        (
            static("[{address: 'unix://a'}]"),
            'spec.endpoints[0].address: Invalid value: "string": UDS must be an absolute path or abstract socket',
        ),
        (
            static("[{address: 'unix:///a', ports: {http: 1}}]"),
            'spec.endpoints[0]: Invalid value: "object": UDS may not include ports',
        ),
        (
            static("[]", "workloadSelector: {}"),
            'spec: Invalid value: "object": only one of WorkloadSelector or Endpoints can be set',
        ),
        (
            entry("resolution: DNS, addresses: [10.0.0.0/24]"),
            'spec: Invalid value: "object": CIDR addresses are allowed only for NONE/STATIC resolution types',
        ),
        (entry("endpoints: []"), 'spec: Invalid value: "object": NONE mode cannot set endpoints'),
        (
            entry("resolution: DNS_ROUND_ROBIN, endpoints: [{address: a}, {address: b}]"),
            'spec: Invalid value: "object": DNS_ROUND_ROBIN mode cannot have multiple endpoints',
        ),
        (
            entry("resolution: STATIC, workloadSelector: {labels: {a: '*'}}"),
            'spec.workloadSelector.labels[a]: Invalid value: "string": wildcard is not supported in selector',
        ),
        (rule("ServiceEntry", "own", "{ports: 1, addresses: 1, endpoints: 1}"), "spec.hosts: Required value"),
    ],
)
def test_rules(given: Resource, said: str) -> None:
    """Each is broken once; a value of a wrong type breaks none of them."""
    assert said in refusal(given)
