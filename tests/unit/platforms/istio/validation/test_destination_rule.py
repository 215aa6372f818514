"""Traffic policies that few people write: tunnels, certificates, workload selectors."""

from __future__ import annotations

import pytest

from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import INVALID, policy, refusal


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            policy("{tunnel: {protocol: GET, targetHost: a_, targetPort: 0}}"),
            (
                'tunnel protocol must be "CONNECT" or "POST"; tunnel target host must be valid FQDN or IP address: '
                'domain name "a_" invalid (label "a_" invalid); a_ is not a valid IP; '
                "tunnel target port is invalid: port number 0 must be in the range 1..65535"
            ),
        ),
        (
            policy("{tls: {}}", "exportTo: ['*'], workloadSelector: {},"),
            "destination rule with workload selector cannot have exportTo beyond current namespace",
        ),
        (
            policy("{tls: {}}", "exportTo: [., other], workloadSelector: {},"),
            "destination rule with workload selector cannot have multiple entries in exportTo",
        ),
        (
            policy("{tls: {mode: MUTUAL}}"),
            "client certificate required for mutual tls; private key required for mutual tls",
        ),
        (
            policy("{tls: {mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a]}}"),
            "cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true",
        ),
        (
            policy("{tls: {mode: MUTUAL, credentialName: a, caCrl: b}}"),
            "cannot specify client certificates or CA certificate or CA CRL If credentialName is set",
        ),
        (
            policy("{tls: {credentialName: 'configmap://a'}}"),
            'invalid configmap:// credentialName: invalid resource name "configmap://a". Expected namespace and name',
        ),
        (
            policy("{tls: {credentialName: 'configmap://a/b'}}"),
            'invalid configmap:// credentialName: namespace must match the configuration namespace "bookinfo"',
        ),
    ],
)
def test_the_webhook(one: Resource, message: str) -> None:
    """A policy that the webhook refuses."""
    assert f"{INVALID}{message}" == refusal(one)


@pytest.mark.parametrize(
    "one",
    [
        policy("{tls: {}}", "exportTo: [.], workloadSelector: {matchLabels: {a: b}},"),
    ],
)
def test_what_istio_takes(one: Resource) -> None:
    """A selector of workloads that concerns its own namespace."""
    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]
