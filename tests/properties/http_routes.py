"""Random HTTPRoutes, a Gateway of the Gateway API that they may be attached to, and a Service that they may lead to."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from platforms.istio.resources import GATEWAY_API, Resource

_VERSION = f"{GATEWAY_API}/v1"
_GATEWAY_NAMES = ("istio-ingressgateway", "istio-ingressgateway.istio-system.svc.cluster.local")
_SITES = ("shop.example.com", "*.example.com", "www.shop.example.com")
_PATHS = ("/", "/reviews", "/reviews/", "/reviews/0", "/shop.html", "/a+b")
_NAMES = ("end-user", "End-User", "x-shop")
_VALUES = ("jason", "a b", "1")


def _fields(required: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional or {})


def _of(kind: str, field: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return value.map(lambda one: {"type": kind, field: one})


def _some(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _conditions(names: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = _fields(
        {"name": _some(names), "value": _some((*_VALUES, ".*on", "^a.+b$"))},
        {"type": _some(("Exact", "RegularExpression"))},
    )
    return st.lists(one, max_size=2, unique_by=lambda condition: condition["name"].lower())


_PATH = st.one_of(
    _fields({}, {"type": _some(("Exact", "PathPrefix")), "value": _some(_PATHS)}),
    _fields({"type": st.just("RegularExpression"), "value": _some(("/reviews/[0-9]+", "/.*", "/a|/b"))}),
)
_MATCH = _fields(
    {},
    {
        "path": _PATH,
        "headers": _conditions(_NAMES),
        "queryParams": _conditions(("beta", "page")),
        "method": _some(("GET", "POST")),
    },
)
_HEADERS = _fields(
    {},
    {
        verb: st.lists(
            _fields({"name": _some((*_NAMES, "host")), "value": _some(_VALUES)}),
            max_size=2,
            unique_by=lambda one: one["name"].lower(),
        )
        for verb in ("set", "add")
    }
    | {"remove": st.lists(_some(_NAMES), max_size=2, unique=True)},
)
_HEADER_FILTERS = (
    _of("RequestHeaderModifier", "requestHeaderModifier", _HEADERS),
    _of("ResponseHeaderModifier", "responseHeaderModifier", _HEADERS),
)
_NEW_PATH = st.one_of(
    _some(("/", "", "/new", "/new/")).map(lambda path: {"type": "ReplacePrefixMatch", "replacePrefixMatch": path}),
    _some(("/", "/new")).map(lambda path: {"type": "ReplaceFullPath", "replaceFullPath": path}),
)
_REDIRECT = _of(
    "RequestRedirect",
    "requestRedirect",
    _fields(
        {},
        {
            "hostname": _some(("shop.example.com",)),
            "scheme": _some(("http", "https")),
            "port": _some((80, 443, 8080)),
            "statusCode": _some((301, 302, 303, 307, 308)),
            "path": _NEW_PATH,
        },
    ),
)
_REWRITE = _of("URLRewrite", "urlRewrite", _fields({}, {"hostname": _some(("elsewhere",)), "path": _NEW_PATH}))
_CORS = _of(
    "CORS",
    "cors",
    _fields(
        {},
        {
            "allowOrigins": st.lists(
                _some(("https://a.example.com", "https://*.example.com", "http://b.example.com:8080")),
                max_size=2,
                unique=True,
            )
            | st.just(["*"]),
            "allowMethods": _some((["GET"], ["GET", "PUT"], ["*"])),
            "allowHeaders": _some((["x-shop"], ["*"])),
            "exposeHeaders": _some((["x-shop", "x-a"],)),
            "allowCredentials": st.booleans(),
            "maxAge": _some((1, 5, 600)),
        },
    ),
)
_SERVICE = {"name": _some(("reviews", "ratings", "details", "reviews-v1")), "port": _some((9080, 9080, 8080))}
_MIRROR = _of(
    "RequestMirror",
    "requestMirror",
    _fields({"backendRef": _fields(_SERVICE)}, {"percent": _some((0, 10, 100))})
    | _fields(
        {"backendRef": _fields(_SERVICE), "fraction": _some(({"numerator": 1, "denominator": 3}, {"numerator": 5}))}
    ),
)
_BACKEND = _fields(
    _SERVICE,
    {
        "weight": _some((0, 1, 10, 90)),
        "filters": st.lists(st.one_of(*_HEADER_FILTERS), max_size=2, unique_by=lambda one: one["type"]),
    },
)


def _mended(rule: dict[str, Any]) -> dict[str, Any]:
    """The same rule as the API server takes it, as far as it depends on more than one field."""
    by_type = {one["type"]: one for one in rule.get("filters", ())}
    made = dict(rule)
    if "RequestRedirect" in by_type:
        by_type.pop("URLRewrite", None)
        made.pop("backendRefs", None)
        made["filters"] = list(by_type.values())
    changed = (one.get("path", {}) for kind in by_type.values() for name, one in kind.items() if name in _PATHS_CHANGED)
    if any(one.get("type") == "ReplacePrefixMatch" for one in changed):
        made["matches"] = [{"path": {"type": "PathPrefix", "value": "/a+b"}}]
    return made


_PATHS_CHANGED = ("requestRedirect", "urlRewrite")
_RULE = _fields(
    {"matches": st.lists(_MATCH, max_size=3)},
    {
        "name": _some(("first", "second")),
        "filters": st.lists(
            st.one_of(*_HEADER_FILTERS, _REDIRECT, _REWRITE, _CORS, _MIRROR),
            max_size=3,
            unique_by=lambda one: one["type"],
        ),
        "backendRefs": st.lists(_BACKEND, max_size=3),
        "timeouts": _fields(
            {}, {"request": _some(("0s", "10s", "1m")), "backendRequest": _some(("0s", "500ms", "2s"))}
        ),
        "retry": _fields(
            {}, {"attempts": _some((0, 1, 3)), "codes": _some(([500], [503, 504])), "backoff": _some(("100ms", "1s"))}
        ),
    },
)
_RULES = st.one_of(_RULE.map(_mended), _RULE.map(_mended), _RULE.map(_mended), _RULE)
_PARENT = st.one_of(
    _fields(
        {"group": st.just(""), "kind": st.just("Service"), "name": _some(("reviews", "reviews", "ratings", "nobody"))},
        {"port": _some((9080, 9080, 80))},
    ),
    _fields(
        {"name": st.just("front"), "namespace": st.just("istio-system")},
        {"sectionName": _some(("first", "second", "third")), "port": _some((80, 443))},
    ),
)
_SPEC = _fields(
    {"parentRefs": st.lists(_PARENT, min_size=1, max_size=2, unique_by=lambda one: one["name"])},
    {
        "hostnames": st.lists(_some(_SITES), max_size=2, unique=True),
        "rules": st.lists(_RULES, min_size=1, max_size=3, unique_by=lambda one: one.get("name", id(one))),
    },
)
HTTP_ROUTES = st.builds(
    lambda name, namespace, spec, created: Resource(
        _VERSION, "HTTPRoute", name, spec, namespace, "istio/x.yaml", created
    ),
    _some(("a", "reviews", "z")),
    _some(("bookinfo",) * 5 + ("default",)),
    _SPEC,
    st.integers(0, 2),
)
CERTIFICATE = "shop"
"""The name of the Secret, beside the Gateway, that its listeners for HTTPS name."""
_TLS = _fields({"certificateRefs": st.just([{"name": CERTIFICATE}])}, {"mode": st.just("Terminate")})
_NAMES = _some(("first", "second"))
_LISTENER = st.one_of(
    _fields(
        {"name": _NAMES, "port": st.just(80), "protocol": st.just("HTTP")},
        {"hostname": _some(_SITES)},
    ),
    _fields(
        {"name": _NAMES, "port": st.just(443), "protocol": st.just("HTTPS"), "tls": _TLS},
        {"hostname": _some(_SITES)},
    ),
)
GATEWAYS = st.builds(
    lambda name, listeners, scope, created: Resource(
        _VERSION,
        "Gateway",
        "front",
        {
            "gatewayClassName": "istio",
            "addresses": [{"type": "Hostname", "value": name}],
            "listeners": [{**one, "allowedRoutes": {"namespaces": {"from": scope}}} for one in listeners],
        },
        "istio-system",
        "istio/x.yaml",
        created,
    ),
    _some(_GATEWAY_NAMES),
    st.lists(
        _LISTENER,
        min_size=1,
        max_size=2,
        unique_by=(lambda one: one["name"], lambda one: (one["port"], one.get("hostname"))),
    ),
    _some(("All", "All", "Same")),
    st.integers(0, 2),
)
SERVICES = st.builds(
    lambda version: Resource(
        "v1",
        "Service",
        "reviews-v1",
        {
            "clusterIP": "10.96.0.50",
            "clusterIPs": ["10.96.0.50"],
            "ports": [{"name": "http", "port": 9080}],
            "selector": {"app": "reviews", "version": version},
        },
        "bookinfo",
        "istio/x.yaml",
        1,
    ),
    _some(("v1", "v2")),
)
