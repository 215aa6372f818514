"""Who asks, and for what: each attribute with what Envoy compares for it."""

from __future__ import annotations

import pytest

from platforms.envoy.authorization import attributes


def principal(match: object) -> dict[str, object]:
    return {"authenticated": {"principalName": match}}


def regex(expression: str) -> dict[str, object]:
    return principal({"safeRegex": {"regex": expression}})


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("cluster.local/ns/a/sa/b", "cluster.local/ns/a/sa/b"),
        ("cluster.*/ns/a/sa/b", "cluster.local/ns/a/sa/b"),
        ("c*/ns/a/sa/b", "cluster.local/ns/a/sa/b"),
        ("td*/ns/a/sa/b", "td*/ns/a/sa/b"),
        ("td/ns/a/sa/b", "td/ns/a/sa/b"),
        ("cluster.*/sa/b", "cluster.*/sa/b"),
    ],
)
def test_a_trust_domain_of_which_the_beginning_is_given(value: str, exact: str) -> None:
    """Istio knows its own in it, in a whole identity."""
    assert principal({"exact": f"spiffe://{exact}"}) == attributes.SOURCE["principals"](value, "bookinfo")


@pytest.mark.parametrize("value", ["*/ns/a/sa/b", "*.local/ns/a/sa/b"])
def test_a_trust_domain_of_which_the_end_is_given(value: str) -> None:
    """It stays as it is."""
    expression = "spiffe://.*" + value[1:].replace(".", r"\.")

    assert regex(expression) == attributes.SOURCE["principals"](value, "bookinfo")


@pytest.mark.parametrize(
    ("field", "value", "expression"),
    [
        ("namespaces", "bookinfo", ".*/ns/bookinfo/.*"),
        ("namespaces", "b*o.x", r".*/ns/b.*o\.x/.*"),
        ("serviceAccounts", "a", "spiffe://.+/ns/bookinfo/(.+/|)sa/a(/.+)?"),
        ("serviceAccounts", "b/c.d", r"spiffe://.+/ns/b/(.+/|)sa/c\.d(/.+)?"),
        ("trustDomains", "a.*", r"spiffe://a\.[^/]*/.*"),
    ],
)
def test_parts_of_an_identity(field: str, value: str, expression: str) -> None:
    """A service account without a namespace is one of the policy's own."""
    assert regex(expression) == attributes.SOURCE[field](value, "bookinfo")


def test_trust_domains() -> None:
    """One by its name, and any."""
    assert principal({"prefix": "spiffe://td/"}) == attributes.SOURCE["trustDomains"]("td", "bookinfo")
    assert principal({"prefix": "spiffe://"}) == attributes.SOURCE["trustDomains"]("*", "bookinfo")


def test_addresses() -> None:
    """Of whoever has the connection, and of whoever began the request."""
    one = {"addressPrefix": "10.0.0.0", "prefixLen": 8}

    assert {"directRemoteIp": one} == attributes.SOURCE["ipBlocks"]("10.0.0.0/8", "bookinfo")
    assert {"remoteIp": one} == attributes.SOURCE["remoteIpBlocks"]("10.0.0.0/8", "bookinfo")
    assert {"destinationIp": one} == attributes.OF_DESTINATION["destination.ip"]("10.0.0.0/8", "bookinfo")


def test_operations() -> None:
    """A host in any case, a method as it is, a port as a number."""
    assert {"header": {"name": ":authority", "stringMatch": {"exact": "A", "ignoreCase": True}}} == attributes.OPERATION["hosts"]("A", "")  # fmt: skip
    assert {"header": {"name": ":method", "stringMatch": {"exact": "GET"}}} == attributes.OPERATION["methods"](
        "GET", ""
    )
    assert {"destinationPort": 80} == attributes.OPERATION["ports"]("080", "")
    assert {"urlPath": {"path": {"exact": "/a"}}} == attributes.OPERATION["paths"]("/a", "")


@pytest.mark.parametrize("key", ["request.headers[X-A]", "request.headers[:path]", "request.headers[a][b]"])
def test_headers(key: str) -> None:
    """The name is all that stands in the brackets."""
    name = key.partition("[")[2][:-1]

    assert {"header": {"name": name, "stringMatch": {"prefix": "v"}}} == attributes.of_source(key)("v*", "")


def test_no_header() -> None:
    """A key that only begins like a header's is none."""
    assert attributes.of_source("request.headersX[a]")("v", "") is None


def test_the_server_name() -> None:
    """Of a TLS connection; a wildcard alone wants one."""
    assert {"requestedServerName": {"safeRegex": {"regex": ".+"}}} == attributes.OF_DESTINATION["connection.sni"](
        "*", ""
    )
