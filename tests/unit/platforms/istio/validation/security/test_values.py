"""Values of authorization rules, in the webhook's words."""

from __future__ import annotations

import pytest

from platforms.istio.validation.security import values


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x", "bad IP address (x)"),
        ("::g", "bad IP address (::g)"),
        ("", "bad IP address ()"),
        ("01.2.3.4", "bad IP address (01.2.3.4)"),
        ("1.2.3.4/33", "prefix length out of range"),
        ("::1/129", "prefix length out of range"),
        ("1.2.3.4/08", 'bad bits after slash: "08"'),
        ("1.2.3.4/", 'bad bits after slash: ""'),
        ("1.2.3.4/255.0.0.0", 'bad bits after slash: "255.0.0.0"'),
        ("fe80::1%a/64", "IPv6 zones cannot be present in a prefix"),
        ("1.2.3/8", 'ParseAddr("1.2.3"): IPv4 address too short'),
        ("1.2.3.4.5/8", 'ParseAddr("1.2.3.4.5"): IPv4 address too long'),
        ("1.2.3.256/8", 'ParseAddr("1.2.3.256"): IPv4 field has value >255'),
        ("y/8", 'ParseAddr("y"): unable to parse IP'),
    ],
)
def test_no_address(value: str, reason: str) -> None:
    """An address or a range that Go does not read."""
    said = reason if "/" not in value else f'bad CIDR range ({value}): netip.ParsePrefix("{value}"): {reason}'

    assert [said] == list(
        values.addresses([value, "10.0.0.1", "10.1.2.3/8", "::1", "fe80::1%eth0", "::/0", "0.0.0.0/0"])
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x", 'strconv.ParseUint: parsing "x": invalid syntax'),
        ("-1", 'strconv.ParseUint: parsing "-1": invalid syntax'),
        ("4294967296", 'strconv.ParseUint: parsing "4294967296": value out of range'),
        ("65536", "<nil>"),
    ],
)
def test_no_port(value: str, reason: str) -> None:
    """A text that is the number of no port."""
    assert [f"bad port ({value}): {reason}"] == list(values.ports(["0", "080", value, "65535"]))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty value not allowed, found in ServiceAccounts"),
        ("a*", "wildcard not allowed, found in ServiceAccounts"),
        ("a/b/c", f'{values._ACCOUNT_FORMAT} "a/b/c" in ServiceAccounts'),
        ("/a", f'{values._ACCOUNT_FORMAT} empty namespace "/a" in ServiceAccounts'),
        ("a/", f'{values._ACCOUNT_FORMAT} empty serviceAccount "a/" in ServiceAccounts'),
        ("a" * 321, f'value cannot exceed 320 characters, found "{"a" * 321}" in ServiceAccounts'),
    ],
)
def test_no_service_account(value: str, reason: str) -> None:
    """The first of them is named."""
    assert [reason] == list(values.service_accounts("ServiceAccounts", ["a", "b/a", value, "*"]))


def test_too_many_service_accounts() -> None:
    """Sixteen are the most."""
    assert [] == list(values.service_accounts("ServiceAccounts", ["a"] * 16))
    assert ["may not have more than 16 values"] == list(values.service_accounts("ServiceAccounts", ["a"] * 17))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty value not allowed, found in TrustDomains"),
        ("*a*", 'at most one wildcard is allowed, found in TrustDomains: "*a*"'),
        ("a*b", 'wildcard is only allowed at the start or end, found in TrustDomains: "a*b"'),
        ("a/b", "trust domain must not contain '/', found in TrustDomains: \"a/b\""),
    ],
)
def test_no_trust_domain(value: str, reason: str) -> None:
    """A wildcard in the middle, or two, and a whole identity."""
    assert [reason] == list(values.trust_domains("TrustDomains", ["cluster.local", "*", "*.local", "cluster.*", value]))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/{**}/{*}", "{**} is not the last operator"),
        ("/{**}/{**}/", "{**} is not the last operator"),
        ("/a{*}", "Contains '{' or '}' beyond a supported path template"),
        ("/{a}", "Contains '{' or '}' beyond a supported path template"),
        ("/a b/{*}", "Contains segment a b with invalid string literal"),
        ("/a//{*}", "Contains segment  with invalid string literal"),
    ],
)
def test_no_template(path: str, reason: str) -> None:
    """A template that Envoy could not read; what holds none is free."""
    said = f"invalid or unsupported path {path.strip('/')}, found in Paths. {reason}"

    assert [said] == list(values.paths("Paths", ["/{*}/x/{**}", "/{**}/a", "/a b", "/a//b", path, "/{"]))


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("request.headers", "a", "bad key (request.headers): should have format a[b]"),
        ("request.headers[]", "a", "bad key (request.headers[]): should have format a[b]"),
        ("request.headers[a]", "", "empty value not allowed, found in request.headers[a]"),
        ("source.ip", "x", "bad IP address (x)"),
        ("destination.port", "70000", "bad port (70000): <nil>"),
        ("source.serviceAccount", "*", "wildcard not allowed, found in source.serviceAccount"),
        ("source.trustDomain", "*a*", 'at most one wildcard is allowed, found in source.trustDomain: "*a*"'),
        ("destination.namespace", "a", "attribute destination.namespace is replaced by the metadata.namespace"),
        ("destination.labels[app]", "a", "attribute destination.labels[app] is replaced by the workload selector"),
        ("destination.user", "a", "deprecated attribute destination.user: only supported in v1alpha1"),
        ("source.user", "a", "unknown attribute: source.user"),
    ],
)
def test_conditions(key: str, value: str, reason: str) -> None:
    """What is wrong with a value, or with the key itself."""
    assert [reason] == list(values.attribute(key, [value]))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("request.headers[end-user]", "opennaru"),
        ("request.headers-x[a]", "a"),
        ("source.namespace", "a*b"),
        ("connection.sni", "*.local"),
        ("destination.ip", "10.0.0.0/8"),
        ("source.trustDomain", "a/b"),
        ("request.auth.claims[iss]", "a"),
    ],
)
def test_conditions_that_istio_takes(key: str, value: str) -> None:
    """Those that are translated, and those that are not."""
    assert [] == list(values.attribute(key, [value]))
