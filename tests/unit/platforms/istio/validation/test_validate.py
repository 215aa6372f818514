"""Refusals of Istio are in its words; features that are not supported here are refused by their path."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO, NAMESPACE
from platforms.envoy.translate import translate
from platforms.errors import Rejected, Unsupported
from platforms.istio.hosts import overlap
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation import validate
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import FILE, reviews, rule

WEBHOOK = 'admission webhook "validation.istio.io" denied the request: configuration is invalid: '
TO = "route: [{destination: {host: reviews, subset: v1}}]"


def refusal(kind: type[Exception], *rules: Resource) -> str:
    with pytest.raises(kind) as raised:
        translate(ResourceSet(rules), BOOKINFO, topology())
    return str(raised.value)


@pytest.mark.parametrize(
    ("http", "message"),
    [
        ("[]", "http, tcp or tls must be provided in virtual service"),
        ("[{}]", "HTTP route, redirect or direct_response is required"),
        ("[{redirect: {uri: /a}, TO}]", "HTTP route cannot contain both route and redirect"),
        ("[{directResponse: {status: 200}, TO}]", "HTTP route cannot contain both route and direct_response"),
        ("[{redirect: {}}]", "redirect must specify URI, authority, scheme, or port"),
        ("[{redirect: {uri: /a, redirectCode: 200}}]", "200 is not a valid redirect code, must be 3xx"),
        ("[{directResponse: {status: 99}}]", "HTTP status 99 is not in range 200-599"),
        ("[{directResponse: {status: 4294967295}}]", "HTTP status -1 is not in range 200-599"),
        (
            "[{TO, fault: {abort: {httpStatus: 500, percentage: {value: 1000000000}}}}]",
            "percentage 1e+09 is neither 0.0, nor in range [0.0001, 100.0]",
        ),
        ("[{TO, mirror_percent: 101}]", "mirror_percent must have a max value of 100 (it has 101)"),
        ("[{fault: {}, TO}]", "HTTP fault injection must have an abort and/or a delay"),
        ("[{fault: {delay: {fixedDelay: 1500us}}, TO}]", "only durations to ms precision are supported"),
        (
            "[{fault: {abort: {httpStatus: 500, percentage: {value: -1}}}, TO}]",
            "percentage -1 is neither 0.0, nor in range [0.0001, 100.0]",
        ),
        ("[{retries: {attempts: -1}, TO}]", "attempts cannot be negative"),
        (
            "[{retries: {attempts: 0, perTryTimeout: 1s}, TO}]",
            "http retry policy configured when attempts are set to 0 (disabled)",
        ),
        ("[{retries: {attempts: 1, retryOn: 'nope'}, TO}]", '"nope" is not a valid retryOn policy'),
        ("[{route: [{destination: {host: '*'}}]}]", "invalid destination host *"),
        ("[{route: [{destination: {host: ''}}]}]", "empty domain name not allowed"),
        ("[{route: [{destination: {host: a_b}}]}]", 'domain name "a_b" invalid (label "a_b" invalid)'),
        ("[{route: [{destination: {host: reviews, subset: V_1}}]}]", "subset name is invalid: V_1"),
        (
            "[{route: [{destination: {host: reviews, port: {number: 70000}}}]}]",
            "port number 70000 must be in the range 1..65535",
        ),
        (
            "[{route: [{destination: {host: reviews}}, {destination: {host: ratings}}]}]",
            "total destination weight = 0",
        ),
        ("[{match: [{headers: {'': {exact: a}}}], TO}]", "header name cannot be empty"),
        ("[{match: [{headers: {a: {prefix: ''}}}], TO}]", '"headers": prefix string match should not be empty'),
        ("[{match: [{uri: {regex: ''}}], TO}]", '"uri": regex string match should not be empty'),
        ("[{match: [{sourceLabels: {a b: c}}], TO}]", 'invalid tag key: "a b"'),
        ("[{headers: {response: {set: {Host: x}}}, TO}]", 'invalid header "Host": cannot set Host header'),
        (
            "[{headers: {request: {set: {a: '%'}}}, TO}]",
            "header value configuration: invalid header configuration. Un-escaped %",
        ),
        ("[{corsPolicy: {allowMethods: [FETCH]}, TO}]", '"FETCH" is not a supported HTTP method'),
        (
            "[{mirror: {host: reviews}, mirrorPercentage: {value: 150}, TO}]",
            "mirror_percentage must have a max value of 100 (it has 150.000000)",
        ),
        (
            "[{rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}, TO}]",
            "rewrite may only contain one of URI or UriRegexRewrite",
        ),
    ],
)
def test_istios_webhook_is_quoted(http: str, message: str) -> None:
    """A VirtualService that the webhook refuses is refused with its message."""
    assert f"{FILE}: VirtualService reviews: {WEBHOOK}{message}" == refusal(Rejected, reviews(http.replace("TO", TO)))


@pytest.mark.parametrize(
    ("http", "message"),
    [
        (
            "[{timeout: 5, TO}]",
            'spec.http[0].timeout: Invalid value: "integer": spec.http[0].timeout in body must be of type string: "integer"',
        ),
        (
            "[{timeout: 0s, TO}]",
            'spec.http[0].timeout: Invalid value: "string": must be a valid duration greater than 1ms',
        ),
        ("[{route: [{weight: 1}]}]", "spec.http[0].route[0].destination: Required value"),
        ("[null]", 'spec.http[0]: Invalid value: "null": spec.http[0] in body must be of type object: "null"'),
        (
            "[{route: [{destination: {host: reviews}, weight: 0.5}]}]",
            'spec.http[0].route[0].weight: Invalid value: "number": spec.http[0].route[0].weight in body must be of type integer: "number"',
        ),
        (
            "[{redirect: {port: 80, derivePort: FROM_REQUEST_PORT}}]",
            '<nil>: Invalid value: "": "spec.http[0].redirect" must validate one and only one schema (oneOf). Found 2 valid alternatives',
        ),
        (
            "[{redirect: {derivePort: NEVER}}]",
            'spec.http[0].redirect.derivePort: Unsupported value: "NEVER": supported values: "FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"',
        ),
    ],
)
def test_the_api_server_is_quoted(http: str, message: str) -> None:
    """A VirtualService of the wrong shape is refused with the API server's message."""
    assert f'{FILE}: VirtualService reviews: The VirtualService "reviews" is invalid: {message}' == refusal(
        Rejected, reviews(http.replace("TO", TO))
    )


def test_the_hosts_of_a_rule_do_not_overlap() -> None:
    """A name and a wildcard that covers it cannot stand in one VirtualService."""
    twice = rule("VirtualService", "x", "{hosts: ['*.example', a.example], http: [{TO}]}".replace("TO", TO))

    assert refusal(Rejected, twice).endswith(": duplicate hosts in virtual service: *.example & a.example")


def test_a_field_that_is_null_is_not_given() -> None:
    """A null is pruned, as an API server prunes it; a whole number may be written as 100.0."""
    translate(
        ResourceSet(
            (
                reviews(
                    "[{timeout: null, match: [{headers: {a: null}}], route: [{destination: {host: reviews}, weight: 100.0}]}]"
                ),
            )
        ),
        BOOKINFO,
        topology(),
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{host: reviews, trafficPolicy: {}}", "traffic policy must have at least one field"),
        ("{host: reviews, trafficPolicy: {portLevelSettings: []}}", "traffic policy must have at least one field"),
        ("{host: ''}", "empty domain name not allowed"),
        ("{host: reviews, subsets: [{name: ''}]}", "subset name cannot be empty"),
        (
            "{host: reviews, exportTo: ['*', other]}",
            "cannot have both public (*) and non-public exportTo values for a resource",
        ),
        (
            "{host: reviews, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}}",
            "percentage 101 is not in range 0..100",
        ),
        (
            "{host: reviews, trafficPolicy: {connectionPool: {http: {maxRetries: -1}}}}",
            "max retries must be non-negative",
        ),
        (
            "{host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: a, maglev: {tableSize: 9}}}}}",
            "tableSize must be a prime number for maglev",
        ),
        (
            "{host: reviews, trafficPolicy: {portLevelSettings: [{port: {number: 1}}]}}",
            "port traffic policy must have at least one field",
        ),
    ],
)
def test_a_destination_rule_is_validated(spec: str, message: str) -> None:
    """A DestinationRule that the webhook refuses is refused with its message."""
    assert f"{FILE}: DestinationRule reviews: {WEBHOOK}{message}" == refusal(
        Rejected, rule("DestinationRule", "reviews", spec)
    )


@pytest.mark.parametrize(
    ("servers", "message"),
    [
        ("[]", "gateway must have at least one server"),
        ("[{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop]}]", "short names (non FQDN) are not allowed"),
        (
            "[{port: {number: 80, name: http, protocol: HTTP}, hosts: ['a*.b']}]",
            'domain name "a*.b" invalid (label "a*" invalid); partial wildcard "a*.b" not allowed',
        ),
        (
            "[{port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*']}]",
            "server must have TLS settings for HTTPS/TLS protocols",
        ),
        (
            "[{port: {number: 80, name: a, protocol: HTTP}, hosts: [a.b]}, {port: {number: 8080, name: a, protocol: HTTP}, hosts: [c.d]}]",
            "port names in servers must be unique: duplicate name a",
        ),
    ],
)
def test_a_gateway_is_validated(servers: str, message: str) -> None:
    """A Gateway that the webhook refuses is refused with its message."""
    assert f"{FILE}: Gateway shop: {WEBHOOK}{message}" == refusal(
        Rejected, rule("Gateway", "shop", f"{{selector: {{istio: ingressgateway}}, servers: {servers}}}")
    )


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (
            rule("VirtualService", "reviews", "{hosts: [reviews], tcp: [{route: [{destination: {host: reviews}}]}]}"),
            "spec.tcp",
        ),
        (reviews("[{redirect: {uri: /a, redirectCode: 304}}]"), "spec.http[0].redirect.redirectCode: 304"),
        (
            rule(
                "DestinationRule",
                "reviews",
                "{host: reviews, subsets: [{name: v1, trafficPolicy: {tls: {mode: SIMPLE}}}]}",
            ),
            "spec.subsets[0].trafficPolicy.tls.mode: SIMPLE",
        ),
        (
            rule("DestinationRule", "reviews", "{host: reviews, trafficPolicy: {loadBalancer: {simple: PASSTHROUGH}}}"),
            "spec.trafficPolicy.loadBalancer.simple: PASSTHROUGH",
        ),
        *(
            (
                rule(
                    "DestinationRule",
                    "reviews",
                    f"{{host: reviews, trafficPolicy: {{loadBalancer: {{consistentHash: {{{field}: ''}}}}}}}}",
                ),
                f'spec.trafficPolicy.loadBalancer.consistentHash.{field}: ""',
            )
            for field in ("httpHeaderName", "httpQueryParameterName")
        ),
        (
            rule("DestinationRule", "reviews", "{host: reviews, workloadSelector: {matchLabels: {app: a}}}"),
            "spec.workloadSelector",
        ),
        (
            rule("Gateway", "shop", "{servers: [{port: {number: 9000, name: http, protocol: HTTP}, hosts: ['*']}]}"),
            "spec.servers[0].port.number: 9000",
        ),
        (
            rule(
                "Gateway",
                "shop",
                "{servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], "
                "tls: {mode: MUTUAL, credentialName: shop}}]}",
            ),
            "spec.servers[0].tls.mode: MUTUAL",
        ),
    ],
)
def test_what_is_not_supported_is_named_by_its_path(resource: Resource, path: str) -> None:
    """A valid rule that cannot be kept here is refused with file, object and path."""
    assert f"{resource}: {path}: not supported" == refusal(Unsupported, resource)


def test_no_security_is_pretended() -> None:
    """A policy that nobody here enforces is refused, whatever it says."""
    policy = Resource("security.istio.io/v1", "RequestAuthentication", "strict", {}, NAMESPACE, source=FILE)

    expected = f"{FILE}: RequestAuthentication strict: kind RequestAuthentication is not supported"
    assert expected == refusal(Unsupported, policy)


@pytest.mark.parametrize(
    ("version", "kind"), [("networking.istio.io/v2", "VirtualService"), ("networking.istio.io/v1", "VirtualServce")]
)
def test_a_kind_that_istio_does_not_have_is_unknown(version: str, kind: str) -> None:
    """A wrong version or kind is refused as the API server refuses it."""
    expected = f'{FILE}: {kind} x: no matches for kind "{kind}" in version "{version}"'

    assert expected == refusal(Rejected, Resource(version, kind, "x", {}, NAMESPACE, source=FILE))


def test_every_mistake_is_named_at_once() -> None:
    """Whoever wrote three mistakes learns of three."""
    http = "[{retries: {attempts: -1}, timeout: 1ms, route: [{destination: {host: a_b}, weight: -2}]}]"

    assert refusal(Rejected, reviews(http)).endswith(
        f'{WEBHOOK}attempts cannot be negative; domain name "a_b" invalid (label "a_b" invalid); weight -2 < 0'
    )


@given(st.lists(st.sampled_from(("a.com", "b.a.com", "*.com", "*.a.com", "a", "*", "*-b.a.com")), max_size=7))
def test_hosts_that_overlap(names: list[str]) -> None:
    """Two by two, in their order, as if each had been compared with each."""
    expected = [(one, other) for one, other in combinations(names, 2) if overlap(one, other)]

    assert list(dict.fromkeys(expected)) == list(dict.fromkeys(validate._overlapping(names)))
