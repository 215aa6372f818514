"""The keywords of the CRDs as an API server and Istio's webhook read them."""

from __future__ import annotations

from base64 import b64encode

import pytest

from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import WEBHOOK, door, policy, refusal, reviews

MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("duration", "message"),
    [
        ('""', 'time: invalid duration ""'),
        ('"."', 'time: invalid duration "."'),
        ('"5"', 'time: missing unit in duration "5"'),
        ("1h5x", 'time: unknown unit "x" in duration "1h5x"'),
        ("é", r'time: invalid duration "\xc3\xa9"'),
        ("9999999h", 'time: invalid duration "9999999h"'),
    ],
)
@pytest.mark.parametrize("field", ["connectionPool: {tcp: {idleTimeout: HERE}}", "retryBudget: {budgetInterval: HERE}"])
def test_a_duration_without_a_rule(field: str, duration: str, message: str) -> None:
    """The API server lets it through, and the webhook cannot read it."""
    told = refusal(policy(f"{{{field.replace('HERE', duration)}}}"))

    assert f"{WEBHOOK}error decoding configuration: bad Duration: {message}" == told


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_a_number_of_more_than_32_bits(number: int) -> None:
    """The API server lets it through, and the webhook cannot read it."""
    told = refusal(reviews(f"[{{retries: {{attempts: {number}}}}}]"))

    assert (
        f"{WEBHOOK}error decoding configuration: json: cannot unmarshal number {number} into Go value of type int32"
        == told
    )


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            policy("{loadBalancer: {consistentHash: {useSourceIp: true, httpHeaderName: a}}}"),
            (
                '<nil>: Invalid value: "": "spec.trafficPolicy.loadBalancer.consistentHash" must validate one and only one '
                'schema (oneOf). Found 2 valid alternatives; <nil>: Invalid value: "": '
                '"spec.trafficPolicy.loadBalancer.consistentHash" must validate all the schemas (allOf)'
            ),
        ),
        (
            policy("{tls: {}}", "workloadSelector: {matchLabels: {'': a, 'b*': 'c*'}},"),
            (
                'spec.workloadSelector.matchLabels[b*]: Invalid value: "string": wildcard not allowed in label value match; '
                'spec.workloadSelector.matchLabels: Invalid value: "object": wildcard not allowed in label key match; '
                'spec.workloadSelector.matchLabels: Invalid value: "object": key must not be empty'
            ),
        ),
        (
            door("{tlsCertificates: [{}], credentialNames: [a]}"),
            (
                'spec.servers[0].tls: Invalid value: "object": only one of credentialNames or tlsCertificates can be set; '
                'spec.servers[0].tls: Invalid value: "object": only one of credentialName or tlsCertificates can be set'
            ),
        ),
        *(
            (
                reviews(f"[{{directResponse: {{status: 200, body: {{bytes: '{text}'}}}}}}]"),
                (
                    f'spec.http[0].directResponse.body.bytes: Invalid value: "{text}": '
                    f'spec.http[0].directResponse.body.bytes in body must be of type byte: "{text}"'
                ),
            )
            for text in ("", "a", "YQ", "YWFh==", "YQ==YQ==")
        ),
    ],
)
def test_the_schema(one: Resource, message: str) -> None:
    """A value that the API server refuses by its schema or by a rule."""
    assert f'The {one.kind} "{one.name}" is invalid: {message}' == refusal(one)


@pytest.mark.parametrize(
    "one",
    [
        reviews("[{delegate: {name: other}, route: []}]"),
        reviews(f"[{{directResponse: {{status: 200, body: {{bytes: {b64encode(bytes(MEGABYTE)).decode()}}}}}}}]"),
    ],
)
def test_what_istio_takes(one: Resource) -> None:
    """A route without destinations that delegates, and a body as long as a body may be."""
    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]
