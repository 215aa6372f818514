"""Random objects about who may call whom, valid and not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from platforms.istio.resources import Resource

_NAMESPACES = ("bookinfo",) * 6 + ("istio-system",) * 3 + ("default",)
_ACCOUNTS = ("bookinfo-productpage", "bookinfo-reviews", "default", "istio-ingressgateway-service-account")
_PRINCIPALS = (
    *(f"cluster.local/ns/bookinfo/sa/{account}" for account in _ACCOUNTS),
    *("*", "*/ns/bookinfo/sa/default", "*.local/ns/bookinfo/sa/default", "cluster.*/ns/bookinfo/sa/default"),
    *("cluster.local/ns/bookinfo/*", "*/sa/bookinfo-reviews", "td/ns/a/sa/b", "spiffe", "a.b+c", "**", "*a*", "/", ""),
)
_WHERE = ("bookinfo", "istio-system", "default", "book*", "*-system", "*", "b*o", "a.b", "book*in*", "")
_SERVICE_ACCOUNTS = (
    *("default", "bookinfo-reviews", "bookinfo/bookinfo-reviews", "bookinfo-productpage", "a.b/c.d"),
    *("istio-system/istio-ingressgateway-service-account", "bookinfo-details", "*", "a/b/c", "/a", "a/", ""),
)
_DOMAINS = ("cluster.local", "*", "*.local", "cluster.*", "td", "td.*", "*.td", "a*b", "a/b", "*a*", "")
_BLOCKS = (
    *("10.0.0.0/8", "10.244.0.9", "127.0.0.1", "10.1.2.3/8", "::1", "FE80::0:1", "0.0.0.0/0", "fe80::1/64", "::ffff:1.2.3.4"),
    *("fe80::1%eth0", "10.0.0.1/32", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/08", "::1/129", "fe80::1%a/64", "1.2.3.256", ""),
)  # fmt: skip
_PORTS = ("9080", "8080", "0", "080", "65535", "80", "443", "65536", "x", "-1", "4294967296", "")
_HOSTS = ("details", "*.bookinfo", "details*", "*", "Details:9080", "x", "**", "")
_METHODS = ("GET", "POST", "G*", "*T", "*", "get", "PUT", "")
_PATHS = (
    *("/details/*", "/details/0", "*/0", "/details/{*}", "/{*}/x/{**}", "/{**}", "/productpage", "*", "/{*}", "/a*b", "**", "//"),
    *("/reviews/*", "/{**}/a", "{*}", "/{*}/", "/{**}/{*}", "/a{*}", "/{a}", "/é/{*}", "/a b/{**}", ""),
)  # fmt: skip
_HEADERS = ("x", "a*", "*b", "*", "*c*", "A", "ab", "")
_CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "request.headers[end-user]": _HEADERS,
    "request.headers[X-A]": _HEADERS,
    "request.headers[:path]": _PATHS,
    "request.headers-x[a]": _HEADERS,
    "source.ip": _BLOCKS,
    "remote.ip": _BLOCKS,
    "source.namespace": _WHERE,
    "source.principal": _PRINCIPALS,
    "source.serviceAccount": _SERVICE_ACCOUNTS,
    "source.trustDomain": _DOMAINS,
    "destination.ip": _BLOCKS,
    "destination.port": _PORTS,
    "connection.sni": ("outbound_.9080_._.details.bookinfo.svc.cluster.local", "*", "*.local", "outbound*", "a"),
    "request.headers": _HEADERS,
    "request.headers[]": _HEADERS,
    "destination.namespace": _WHERE,
    "destination.labels[app]": ("details",),
    "destination.user": _ACCOUNTS,
    "request.auth.principal": ("*",),
    "request.auth.claims[iss]": ("a",),
    "experimental.envoy.filters.a[b]": ("x",),
    "source.user": ("a",),
    "": ("a",),
}
_SOURCE = {
    "principals": _PRINCIPALS,
    "serviceAccounts": _SERVICE_ACCOUNTS,
    "trustDomains": _DOMAINS,
    "namespaces": _WHERE,
    "remoteIpBlocks": _BLOCKS,
    "ipBlocks": _BLOCKS,
}
_OPERATION = {"hosts": _HOSTS, "methods": _METHODS, "paths": _PATHS, "ports": _PORTS}
_USUAL = 7
"""So many of the values, the first ones, are taken by Istio and by ours, and so many of the conditions."""
_TAKEN = 12
_RARELY = 12
"""Once in so many times it may be any other."""


def _values(draw: st.DrawFn, known: tuple[str, ...]) -> list[str]:
    at_hand = known if draw(st.integers(0, _RARELY)) == 0 else known[:_USUAL]
    return draw(st.lists(st.sampled_from(at_hand), min_size=1, max_size=3, unique=True))


def _fields(draw: st.DrawFn, known: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Few fields at a time: most of those that stand together are refused."""
    negated = {f"not{field[0].upper()}{field[1:]}": values for field, values in known.items()}
    fields = draw(st.lists(st.sampled_from([*known, *known, *negated]), min_size=1, max_size=2))
    return {field: _values(draw, {**known, **negated}[field]) for field in fields}


@st.composite
def _sources(draw: st.DrawFn) -> dict[str, Any]:
    of_tokens = {"requestPrincipals": ["*"]} if draw(st.integers(0, 2 * _RARELY)) == 0 else {}
    return {"source": {**_fields(draw, _SOURCE), **of_tokens}}


@st.composite
def _operations(draw: st.DrawFn) -> dict[str, Any]:
    return {"operation": _fields(draw, _OPERATION)}


@st.composite
def _conditions(draw: st.DrawFn) -> dict[str, Any]:
    keys = [*_CONDITIONS]
    key = draw(st.sampled_from(keys if draw(st.integers(0, _RARELY)) == 0 else keys[:_TAKEN]))
    given = draw(st.sampled_from((("values",), ("notValues",), ("values", "notValues")) * 5 + ((),)))
    return {"key": key, **{field: _values(draw, _CONDITIONS[key]) for field in given}}


_RULE = st.fixed_dictionaries(
    {},
    optional={
        "from": st.lists(_sources(), max_size=2),
        "to": st.lists(_operations(), max_size=2),
        "when": st.lists(_conditions(), max_size=1),
    },
)
_SELECTORS = st.sampled_from(
    (
        {"matchLabels": {"app": "details"}},
        {"matchLabels": {"app": "reviews", "version": "v2"}},
        {"matchLabels": {"istio": "ingressgateway"}},
        {"matchLabels": {"app": "reviews", "version": "v9"}},
        {"matchLabels": {}},
        {},
    )
)
_ACTIONS = ("ALLOW",) * 16 + ("DENY",) * 16 + ("AUDIT",) * 6 + ("CUSTOM", "deny")
_ABOUT = {"selector": _SELECTORS, "action": st.sampled_from(_ACTIONS)}
_RULED = st.fixed_dictionaries({"rules": st.lists(_RULE, min_size=1, max_size=3)}, optional=_ABOUT)
_BARE = st.fixed_dictionaries({}, optional=_ABOUT)
_POLICY = st.one_of(_RULED, _RULED, _RULED, _RULED, _RULED, _BARE)
_MODES = st.fixed_dictionaries(
    {}, optional={"mode": st.sampled_from(("STRICT", "PERMISSIVE", "DISABLE", "UNSET") * 10 + ("X",))}
)
_MTLS_PORTS = ("9080", "8080") * 10 + ("0", "65536", "x", "080", "+1")
_PEERS = st.one_of(
    st.fixed_dictionaries({}, optional={"selector": _SELECTORS, "mtls": _MODES}),
    st.fixed_dictionaries(
        {"selector": _SELECTORS},
        optional={"mtls": _MODES, "portLevelMtls": st.dictionaries(st.sampled_from(_MTLS_PORTS), _MODES, max_size=2)},
    ),
)


_TRIED = st.sampled_from((None,) * 30 + ("true", "T", "true", "1", "false", "yes"))


def _security(kind: str, spec: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Resource]:
    return st.builds(
        lambda name, namespace, spec, created, dry_run: Resource(
            "security.istio.io/v1", kind, name, spec, namespace, "istio/x.yaml", created, dry_run
        ),
        st.sampled_from(("a", "b", "default")),
        st.sampled_from(_NAMESPACES),
        spec,
        st.integers(0, 2),
        _TRIED if kind == "AuthorizationPolicy" else st.sampled_from((None,) * 30 + ("true",)),
    )


_POLICIES = _security("AuthorizationPolicy", _POLICY)
POLICIES = st.lists(
    st.one_of(_POLICIES, _POLICIES, _POLICIES, _security("PeerAuthentication", _PEERS)),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.key,
)
