"""Random Gateways that end TLS, or send whoever asks in plain text to HTTPS, with rules for what comes in by them.

Few hosts and ports, so that servers of one Gateway and of another are in each other's way; and some with listeners of the
Gateway API.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.parity.questions.traffic import filled, networking
from tests.properties import rules
from tests.properties.access.policies import POLICIES
from tests.properties.http_routes import GATEWAYS, HTTP_ROUTES

_SITES = ("a.example.com", "b.example.com", "A.example.com", "*.example.com", "*")
_HOSTS = (*_SITES, "./a.example.com", "bookinfo/b.example.com", "*/b.example.com", "default/*", "*/*.example.com")
_DOORS = ("door", "bookinfo-gateway", "front")
_PLAIN = ("HTTP", "HTTP", "HTTP2", "http")
_VERSIONS = ("TLS_AUTO", "TLSV1_2", "TLSV1_3")
_MODES = ("SIMPLE",) * 40 + ("PASSTHROUGH", "MUTUAL", "ISTIO_MUTUAL", None)
_CREDENTIALS = ("shop",) * 40 + ("kubernetes://shop", "shop-2", "bookinfo/shop", None)

_SEVERAL = st.lists(st.sampled_from(_HOSTS), min_size=1, max_size=2, unique=True)
_REDIRECTS = st.sampled_from((None, None, True, False))


def _server(port: int, protocol: str, hosts: list[str], tls: dict[str, Any] | None) -> dict[str, Any]:
    return filled({"port": {"number": port, "protocol": protocol}, "hosts": hosts}, tls=tls)


_ENDED = st.builds(
    lambda mode, credential, redirects, least, most: filled(
        {},
        mode=mode,
        credentialName=credential,
        httpsRedirect=redirects,
        minProtocolVersion=least,
        maxProtocolVersion=most,
    ),
    st.sampled_from(_MODES),
    st.sampled_from(_CREDENTIALS),
    st.sampled_from((None,) * 10 + (True, False)),
    st.sampled_from((None, None, *_VERSIONS)),
    st.sampled_from((None, None, None, *_VERSIONS)),
)
_HTTPS_SERVERS = st.builds(
    _server,
    st.sampled_from((443, 443, 443, 8443)),
    st.sampled_from(("HTTPS",) * 6 + ("https",)),
    _SEVERAL,
    _ENDED,
)
_PLAIN_SERVERS = st.builds(
    _server,
    st.sampled_from((80, 8080)),
    st.sampled_from(_PLAIN),
    _SEVERAL,
    _REDIRECTS.map(lambda redirects: None if redirects is None else {"httpsRedirect": redirects}) | st.just({}),
)


def _named(servers: list[dict[str, Any]], selector: dict[str, str], ordinary: int) -> dict[str, Any]:
    """A Gateway of these servers, each port with a name of its own but for once in a while."""
    named = [
        {**one, "port": {**one["port"], "name": f"p{number if ordinary else 0}"}} for number, one in enumerate(servers)
    ]
    return {"selector": selector, "servers": named}


_GATEWAYS = st.builds(
    _named,
    st.lists(_HTTPS_SERVERS | _HTTPS_SERVERS | _PLAIN_SERVERS, min_size=1, max_size=3),
    st.sampled_from(({"istio": "ingressgateway"},) * 9 + ({"istio": "other"},)),
    st.integers(0, 60),
)
_LED_AWAY = st.builds(
    lambda redirect: {"http": [{"redirect": redirect}]},
    st.fixed_dictionaries(
        {"authority": st.just("shop.example.com")},
        optional={
            "scheme": st.sampled_from(("http", "https")),
            "derivePort": st.sampled_from(("FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT")),
        },
    ),
)
_AT_PORTS = st.builds(
    lambda port, subset: {
        "http": [
            {
                "match": [{"port": port}],
                "route": [{"destination": {"host": "reviews.bookinfo.svc.cluster.local", "subset": subset}}],
            },
            {"route": [{"destination": {"host": "productpage.bookinfo.svc.cluster.local"}}]},
        ]
    },
    st.sampled_from((80, 443, 8080, 8443)),
    st.sampled_from(("v1", "v2")),
)
_RULES = st.builds(
    lambda spec, hosts, gateways: filled(spec, hosts=hosts, gateways=gateways),
    rules.VIRTUAL_SERVICES | _LED_AWAY | _AT_PORTS,
    st.lists(st.sampled_from(_SITES), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from((*_DOORS, "bookinfo/door", "mesh")), min_size=1, max_size=3, unique=True),
)
_ISTIOS = st.tuples(
    st.lists(networking("Gateway", _DOORS, _GATEWAYS), min_size=1, max_size=2, unique_by=lambda one: one.key),
    st.lists(networking("VirtualService", ("a", "bookinfo", "z"), _RULES), max_size=3, unique_by=lambda one: one.key),
    st.just([]) | st.just([]) | POLICIES,
).map(lambda parts: [one for part in parts for one in part])
_GATEWAY_APIS = st.tuples(GATEWAYS, st.lists(HTTP_ROUTES, min_size=1, max_size=3, unique_by=lambda one: one.key)).map(
    lambda parts: [parts[0], *parts[1]]
)
HTTPS = st.one_of(_ISTIOS, _ISTIOS, _GATEWAY_APIS)
"""Gateways, and what their callers are led by and have to obey."""
