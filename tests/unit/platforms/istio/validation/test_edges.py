"""Objects that few people write are refused as Istio refuses them, too: TCP and TLS routes, tunnels, certificates, odd values."""

from __future__ import annotations

from base64 import b64encode

import pytest

from platforms.errors import Rejected
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.unit.platforms.istio.rules import reviews, rule

WEBHOOK = 'admission webhook "validation.istio.io" denied the request: '
INVALID = f"{WEBHOOK}configuration is invalid: "
MEGABYTE = 2**20


def refusal(one: Resource) -> str:
    """Without file and object."""
    with pytest.raises(Rejected) as raised:
        validated(ResourceSet((one,)))
    return str(raised.value).split(f"{one.kind} {one.name}: ", 1)[1]


def routed(layer4: str) -> Resource:
    return rule("VirtualService", "x", f"{{hosts: [a.example.com, '*.b.com'], gateways: [door], {layer4}}}")


def policy(traffic: str, more: str = "") -> Resource:
    return rule("DestinationRule", "x", f"{{host: reviews, {more} trafficPolicy: {traffic}}}")


def door(tls: str, protocol: str = "HTTPS", more: str = "") -> Resource:
    port = f"{{number: 8080, name: door, protocol: {protocol}}}"
    return rule("Gateway", "x", f"{{servers: [{{port: {port}, hosts: ['*'], {more} tls: {tls}}}]}}")


TO = "route: [{destination: {host: reviews}}]"


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
        (
            reviews("[{directResponse: {status: 4294967295}}]"),
            "HTTP status -1 is not in range 200-599",
        ),
        (
            door("{mode: SIMPLE}"),
            "SIMPLE TLS requires a server certificate; SIMPLE TLS requires a private key",
        ),
        (
            door("{mode: MUTUAL, serverCertificate: a, privateKey: b}"),
            "MUTUAL TLS requires a client CA bundle",
        ),
        (
            door("{mode: ISTIO_MUTUAL, privateKey: a, credentialName: b}"),
            "ISTIO_MUTUAL TLS cannot have associated private key; ISTIO_MUTUAL TLS cannot have associated credentialName",
        ),
        (
            door("{credentialName: a, serverCertificate: b, privateKey: c}"),
            (
                "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates "
                "should be specified"
            ),
        ),
        (door("{caCertificates: a}", "HTTP"), "server cannot have TLS settings for plain text HTTP ports"),
        (door("{}", "MONGO"), "server cannot have TLS settings for non HTTPS/TLS ports"),
        (
            door("{}", more="bind: 'unix:///x/',"),
            "/x/ is not an absolute path to a file; port number must be 0 for unix domain socket",
        ),
        (
            reviews("[{TO, fault: {abort: {httpStatus: 500, percentage: {value: 1000000000}}}}]".replace("TO", TO)),
            "percentage 1e+09 is neither 0.0, nor in range [0.0001, 100.0]",
        ),
        (
            reviews("[{TO, mirror_percent: 101}]".replace("TO", TO)),
            "mirror_percent must have a max value of 100 (it has 101)",
        ),
    ],
)
def test_the_webhook(one: Resource, message: str) -> None:
    """A policy, a Gateway or a percentage that the webhook refuses."""
    assert f"{INVALID}{message}" == refusal(one)


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
        (routed("tls: [{match: [{port: 1}]}]"), "spec.tls[0].match[0].sniHosts: Required value"),
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


@pytest.mark.parametrize("one", [
    reviews("[{delegate: {name: other}, route: []}]"),
    door("{mode: AUTO_PASSTHROUGH}", "HTTP"),
    door("{mode: MUTUAL, credentialName: a}"),
    reviews(f"[{{directResponse: {{status: 200, body: {{bytes: {b64encode(bytes(MEGABYTE)).decode()}}}}}}}]"),
    rule("VirtualService", "x", f"{{hosts: ['*'], gateways: [a], tls: [{{match: [{{sniHosts: [outbound_.80_._.a.b]}}], {TO}}}]}}"),
    policy("{tls: {}}", "exportTo: [.], workloadSelector: {matchLabels: {a: b}},"),
])  # fmt: skip
def test_what_istio_takes(one: Resource) -> None:
    """The far side of the same bounds."""
    assert [one.key] == [valid.key for valid in validated(ResourceSet((one,)))]
