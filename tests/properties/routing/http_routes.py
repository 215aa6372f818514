"""Random HTTPRoutes for calls of reviews, and the Services of one version each that they may lead to."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from platforms.bookinfo import NAMESPACE
from platforms.istio.resources import GATEWAY_API, Resource
from tests.properties.rules import HEADERS, PATHS, QUERY, SUBSETS

SERVICES = tuple(
    Resource(
        "v1",
        "Service",
        f"reviews-{version}",
        {"ports": [{"name": "http", "port": 9080}], "selector": {"app": "reviews", "version": version}},
        NAMESPACE,
    )
    for version in SUBSETS
)
_PARENT = {"group": "", "kind": "Service", "name": "reviews"}
_BACKENDS = ("reviews", *(one.name for one in SERVICES))


def _some(values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values])


def _conditions(names: dict[str, tuple[str, ...]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Conditions on one or two of the names."""
    exact = _some(names).flatmap(
        lambda name: _some(names[name]).map(lambda value: {"name": name, "type": "Exact", "value": value})
    )
    expression = _some(names).flatmap(
        lambda name: _some((".*", f"{names[name][0]}|x", ".+[a-z2]")).map(
            lambda value: {"name": name, "type": "RegularExpression", "value": value}
        )
    )
    return st.lists(exact | expression, min_size=1, max_size=2, unique_by=lambda one: one["name"])


_PREFIXES = ("/reviews", "/reviews/", "/reviews/1", "/api")
_PATHS = (
    _some(PATHS).map(lambda path: {"type": "Exact", "value": path})
    | _some(("/", *_PREFIXES)).map(lambda path: {"type": "PathPrefix", "value": path})
    | _some(("/reviews/[0-9]+", "/.*")).map(lambda path: {"type": "RegularExpression", "value": path})
)
_MATCH = st.fixed_dictionaries(
    {},
    optional={
        "path": _PATHS,
        "headers": _conditions(HEADERS),
        "queryParams": _conditions(QUERY),
        "method": _some(("GET", "POST")),
    },
)
_CHANGES = st.permutations(("x-a", "x-b", "end-user")).flatmap(
    lambda names: st.fixed_dictionaries(
        {},
        optional={
            "set": st.just([{"name": names[0], "value": "3"}]),
            "add": st.just([{"name": names[1], "value": "4"}]),
            "remove": st.just([names[2]]),
        },
    ).filter(bool)
)


def _new_path(*prefixes: str) -> st.SearchStrategy[dict[str, str]]:
    whole = st.just({"type": "ReplaceFullPath", "replaceFullPath": "/moved"})
    return whole | _some(prefixes).map(lambda path: {"type": "ReplacePrefixMatch", "replacePrefixMatch": path})


_REDIRECT = st.fixed_dictionaries(
    {},
    optional={
        "hostname": st.just("books.example"),
        "scheme": _some(("http", "https")),
        "port": st.just(8443),
        "statusCode": _some((301, 302, 303, 307, 308)),
        "path": _new_path("/new"),  # a slash at its end Istio keeps beside the next one
    },
).filter(bool)
_REWRITE = st.fixed_dictionaries(
    {}, optional={"hostname": st.just("books.example"), "path": _new_path("/", "", "/new", "/new/")}
).filter(bool)


def _filter(kind: str, asked: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """At most one filter of a kind."""
    one = asked.map(lambda value: [{"type": kind, f"{kind[0].lower()}{kind[1:]}": value}])
    return st.just([]) | one


_FILTERS = st.builds(
    lambda request, response, led: [*request, *response, *led],
    _filter("RequestHeaderModifier", _CHANGES),
    _filter("ResponseHeaderModifier", _CHANGES),
    _some((_filter("RequestRedirect", _REDIRECT), st.just([{"type": "URLRewrite"}]), st.just([]), st.just([]))).flatmap(
        lambda chosen: chosen
    ),
)
_BACKEND = st.fixed_dictionaries(
    {"name": _some(_BACKENDS), "port": st.just(9080)}, optional={"weight": st.integers(0, 3)}
)


@st.composite
def _rules(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a rule as the API server takes it: who is sent elsewhere has no backend, a new prefix is for one old one."""
    filters = [{**one, "urlRewrite": draw(_REWRITE)} if one["type"] == "URLRewrite" else one for one in draw(_FILTERS)]
    rule: dict[str, Any] = {"filters": filters} if filters else {}
    if matches := draw(st.lists(_MATCH, max_size=2)):
        rule["matches"] = matches
    if any("replacePrefixMatch" in str(one) for one in filters):
        old = draw(_some(_PREFIXES))
        rule["matches"] = [{**draw(_MATCH), "path": {"type": "PathPrefix", "value": old}}]
    if all(one["type"] != "RequestRedirect" for one in filters):
        rule["backendRefs"] = draw(st.lists(_BACKEND, max_size=3, unique_by=lambda one: one["name"]))
        if draw(st.booleans()):
            rule["retry"] = {"attempts": draw(st.integers(1, 2)), "codes": [503]}
    return rule


def _route(name: str, rules: list[dict[str, Any]], created: int) -> Resource:
    spec = {"parentRefs": [_PARENT], "rules": rules}
    return Resource(f"{GATEWAY_API}/v1", "HTTPRoute", name, spec, NAMESPACE, created=created)


HTTP_ROUTES = st.lists(
    st.builds(_route, _some(("a", "z")), st.lists(_rules(), min_size=1, max_size=2), st.integers(0, 2)),
    min_size=1,
    max_size=2,
    unique_by=lambda one: one.name,
)
