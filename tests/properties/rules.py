"""Rules as people write them, and requests that meet them often enough: few names, few values, every feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

PATHS = ("/", "/reviews", "/reviews/0", "/reviews/10", "/Reviews/0", "/api/reviews")
USERS = ("opennaru", "OPENNARU", "open", "somebody")
MARKS = ("1", "2")
HEADERS = {"end-user": USERS, "x-a": MARKS, "x-b": MARKS}
QUERY = {"u": ("test", "normal", "t"), "v": MARKS}
SUBSETS = ("v1", "v2", "v3")


@dataclass(frozen=True)
class Request:
    """A call of reviews by productpage."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    fails: bool = False
    """Whether whoever gets it answers 503."""

    @property
    def target(self) -> str:
        asked = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.path}?{asked}" if asked else self.path


def _chosen(names: dict[str, tuple[str, ...]]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Some of the names, each with one of its values."""
    pairs = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in names.items()})
    return pairs.map(lambda found: tuple(found.items()))


REQUESTS = st.builds(
    Request,
    method=st.sampled_from(("GET", "GET", "POST")),
    path=st.sampled_from(PATHS),
    query=_chosen(QUERY),
    headers=_chosen(HEADERS),
    fails=st.booleans(),
)


def _text(*values: str) -> st.SearchStrategy[dict[str, str]]:
    """One of the values, the beginning of one, or an expression that some of them match."""
    return (
        st.sampled_from(values).map(lambda value: {"exact": value})
        | st.sampled_from(sorted({value[: max(1, len(value) // 2)] for value in values})).map(lambda v: {"prefix": v})
        | st.sampled_from((".*", *(f"{value[0]}.+" for value in values), f"({'|'.join(values)})")).map(
            lambda value: {"regex": value}
        )
    )


def _named(names: dict[str, tuple[str, ...]], *, presence: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions on one or two of the names."""
    texts = {name: _text(*values) | (st.just({}) if presence else st.nothing()) for name, values in names.items()}
    return st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=2, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({name: texts[name] for name in chosen})
    )


_CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "method": st.sampled_from(("GET", "POST")).map(lambda method: {"exact": method}),
    "headers": _named(HEADERS, presence=True),
    "withoutHeaders": _named(HEADERS, presence=True),
    "queryParams": _named(QUERY, presence=False),
    "authority": st.sampled_from(({"prefix": "reviews"}, {"exact": "elsewhere"})),
    "ignoreUriCase": st.just(True),  # noqa: FBT003  # a value of the field
    "sourceLabels": st.sampled_from(({"app": "productpage"}, {"app": "reviews"})),
    "gateways": st.sampled_from((["mesh"], ["bookinfo-gateway"])),
}


def _some(fields: dict[str, st.SearchStrategy[Any]], *, least: int, most: int) -> st.SearchStrategy[dict[str, Any]]:
    """A few of the fields."""
    return st.lists(st.sampled_from(sorted(fields)), min_size=least, max_size=most, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: fields[name] for name in names})
    )


_URI = st.fixed_dictionaries({"uri": _text(*PATHS[1:])})
_MATCH = _URI | st.tuples(_some(_CONDITIONS, least=1, most=2), _URI | st.just({})).map(
    lambda parts: {**parts[0], **parts[1]}
)
_MATCHES = st.lists(_MATCH, min_size=1, max_size=2)
_SHARE = st.sampled_from((0, 30, 100))
_PUT = st.dictionaries(st.sampled_from(("x-a", "x-b")), st.sampled_from(("3", "4")), min_size=1, max_size=2)
_CHANGES = st.fixed_dictionaries(
    {}, optional={"set": _PUT, "add": _PUT, "remove": st.just(["x-a"]) | st.just(["x-b", "end-user"])}
)
_WEIGHTS = st.lists(st.integers(0, 3), min_size=2, max_size=3).filter(any)


def _destination(subset: str | None) -> dict[str, Any]:
    return {"destination": {"host": "reviews", **({"subset": subset} if subset else {})}}


_ROUTES = st.sampled_from((*SUBSETS, None)).map(lambda subset: [_destination(subset)]) | st.tuples(
    st.permutations(SUBSETS), _WEIGHTS
).map(
    lambda drawn: [
        {**_destination(subset), "weight": weight} for subset, weight in zip(drawn[0], drawn[1], strict=False)
    ]
)

_DELAY = st.fixed_dictionaries({"fixedDelay": st.just("1ms"), "percentage": st.fixed_dictionaries({"value": _SHARE})})
_ABORT = st.fixed_dictionaries(
    {"httpStatus": st.sampled_from((418, 500, 555))}, optional={"percentage": st.fixed_dictionaries({"value": _SHARE})}
)
_RETRIES = st.just({"attempts": 0}) | st.fixed_dictionaries(
    {"attempts": st.integers(1, 2), "retryOn": st.sampled_from(("5xx", "503", "connect-failure", "gateway-error"))}
)
_REWRITE = st.sampled_from(
    (
        {"uri": "/other"},
        {"authority": "books.example"},
        {"uri": "/", "authority": "books.example"},
        {"uriRegexRewrite": {"match": "/reviews/([0-9]+)", "rewrite": r"/book/\1"}},
    )
)
_FORWARDED = st.tuples(
    st.fixed_dictionaries({"route": _ROUTES}),
    _some(
        {
            "fault": _some({"delay": _DELAY, "abort": _ABORT}, least=1, most=2),
            "retries": _RETRIES,
            "rewrite": _REWRITE,
            "headers": st.fixed_dictionaries({}, optional={"request": _CHANGES, "response": _CHANGES}),
            "timeout": st.just("20s"),
        },
        least=1,
        most=4,
    ),
).map(lambda parts: {**parts[0], **parts[1]})
_REDIRECTED = st.fixed_dictionaries(
    {
        "redirect": _some(
            {
                "uri": st.just("/moved"),
                "authority": st.just("books.example"),
                "redirectCode": st.sampled_from((301, 302, 307, 308)),
            },
            least=1,
            most=3,
        ).filter(lambda redirect: redirect.keys() != {"redirectCode"})
    }
)
_ANSWERED = st.fixed_dictionaries(
    {
        "directResponse": st.fixed_dictionaries(
            {"status": st.sampled_from((200, 403, 503)), "body": st.just({"string": "closed"})}
        )
    }
)
_DONE = st.sampled_from((_FORWARDED,) * 6 + (_REDIRECTED, _ANSWERED)).flatmap(lambda kind: kind)
_WITH_MATCH = st.tuples(_DONE, _MATCHES).map(lambda parts: {**parts[0], "match": parts[1]})


def _ending(routes: list[dict[str, Any]], last: dict[str, Any] | None) -> dict[str, Any]:
    return {"hosts": ["reviews"], "http": [*routes, *([last] if last else [])]}


VIRTUAL_SERVICES = st.builds(_ending, st.lists(_WITH_MATCH, min_size=1, max_size=3), _DONE | st.none())
"""Specs for the host reviews: some routes with matches, and often one that takes the rest."""

_DURATION = st.sampled_from(("100ms", "1s", "2m"))
_POOL = _some(
    {
        "tcp": _some(
            {
                "maxConnections": st.integers(1, 1000),
                "connectTimeout": _DURATION,
                "idleTimeout": _DURATION,
                "tcpKeepalive": st.fixed_dictionaries({"probes": st.integers(1, 9), "time": _DURATION}),
            },
            least=1,
            most=2,
        ),
        "http": _some(
            {
                "http1MaxPendingRequests": st.integers(1, 1000),
                "http2MaxRequests": st.integers(1, 1000),
                "maxRequestsPerConnection": st.integers(0, 10),
                "maxRetries": st.integers(1, 10),
                "idleTimeout": _DURATION,
                "h2UpgradePolicy": st.sampled_from(("UPGRADE", "DO_NOT_UPGRADE")),
            },
            least=1,
            most=2,
        ),
    },
    least=1,
    most=2,
)
_OUTLIERS = _some(
    {
        "consecutive5xxErrors": st.integers(1, 10),
        "consecutiveGatewayErrors": st.integers(1, 10),
        "interval": _DURATION,
        "baseEjectionTime": _DURATION,
        "maxEjectionPercent": st.integers(0, 100),
        "minHealthPercent": st.integers(0, 100),
    },
    least=1,
    most=3,
)
_BALANCER = st.sampled_from(
    (
        {"simple": "RANDOM"},
        {"simple": "ROUND_ROBIN"},
        {"simple": "LEAST_REQUEST"},
        {"consistentHash": {"httpHeaderName": "end-user"}},
        {"consistentHash": {"httpCookie": {"name": "session", "ttl": "1h"}}},
        {"consistentHash": {"httpQueryParameterName": "u", "maglev": {"tableSize": 65537}}},
        {"consistentHash": {"useSourceIp": True}},
    )
)
_POLICY = st.fixed_dictionaries(
    {}, optional={"connectionPool": _POOL, "outlierDetection": _OUTLIERS, "loadBalancer": _BALANCER}
)


def _with_subsets(policy: dict[str, Any], special: dict[str, dict[str, Any]]) -> dict[str, Any]:
    subsets = [
        {
            "name": name,
            "labels": {"version": name},
            **({"trafficPolicy": special[name]} if special.get(name) else {}),
        }
        for name in SUBSETS
    ]
    return {"host": "reviews", "subsets": subsets, **({"trafficPolicy": policy} if policy else {})}


DESTINATION_RULES = st.builds(_with_subsets, _POLICY, st.dictionaries(st.sampled_from(SUBSETS), _POLICY, max_size=2))
"""Specs for the host reviews: its three subsets, under policies of all and of their own."""
