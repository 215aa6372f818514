"""HTTPRoutes read as the Gateway API's reference reads, by itself: what may become of one call of reviews, without any Envoy.

Written from the reference, and on purpose not from our translation: nothing is shared with it. What the reference leaves
to whoever implements it is Istio's: an expression for a path comes after every prefix, the longer text first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platforms.istio.resources import Resource
from tests.properties.routing.reading import INSTANCES, WATCHED, Outcome
from tests.properties.rules import Request

_HOST, _PORT = "reviews", 9080
_WELL_KNOWN = {"http": 80, "https": 443}
_ANY_PATH = {"type": "PathPrefix", "value": "/"}
_KINDS = ("Exact", "PathPrefix", "RegularExpression")
_Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Way:
    """One match of one rule, and what the rule does."""

    rule: Mapping[str, Any]
    match: Mapping[str, Any]

    @property
    def path(self) -> Mapping[str, str]:
        path: Mapping[str, str] = self.match.get("path", _ANY_PATH)
        return path

    @property
    def closeness(self) -> tuple[object, ...]:
        """Compares less than that of a way that is not as close."""
        value = self.path["value"]
        if self.path["type"] == "PathPrefix" and value != "/":
            value = value.removesuffix("/")
        return (
            _KINDS.index(self.path["type"]),
            -len(value),
            "method" not in self.match,
            -len(self.match.get("headers", ())),
            -len(self.match.get("queryParams", ())),
        )

    def filter(self, kind: str) -> Mapping[str, Any] | None:
        """What the rule's filter of this kind asks for, if it has one."""
        asked = (one for one in self.rule.get("filters", ()) if one["type"] == kind)
        return next((value for one in asked for field, value in one.items() if field != "type"), None)


def possible(routes: Iterable[Resource], request: Request) -> frozenset[Outcome]:
    """Everything that may become of the request, and must in the long run."""
    older_first = sorted(routes, key=lambda one: (one.created, one.name))
    ways = [way for one in older_first for way in _ways(one)]
    for way in sorted(ways, key=lambda one: one.closeness):
        if _matches(way, request):
            return frozenset(_outcomes(way, request))
    return frozenset({Outcome(404)})


def _ways(route: Resource) -> Iterator[_Way]:
    for rule in route.spec["rules"]:
        for match in rule.get("matches", ({},)):
            yield _Way(rule, match)


def _matches(way: _Way, request: Request) -> bool:
    return (
        _is_at(way.path, request.path)
        and way.match.get("method", request.method) == request.method
        and all(_holds(one, dict(request.headers)) for one in way.match.get("headers", ()))
        and all(_holds(one, dict(request.query)) for one in way.match.get("queryParams", ()))
    )


def _is_at(path: Mapping[str, str], asked: str) -> bool:
    """A prefix is of whole parts of a path, and its last slash does not count."""
    match path["type"], path["value"]:
        case "Exact", value:
            return asked == value
        case "PathPrefix", value:
            return f"{asked}/".startswith(f"{value.removesuffix('/')}/")
        case _, expression:
            return re.fullmatch(expression, asked) is not None


def _holds(condition: Mapping[str, str], found: Mapping[str, str]) -> bool:
    value = found.get(condition["name"])
    if value is None:
        return False
    if condition["type"] == "Exact":
        return value == condition["value"]
    return re.fullmatch(condition["value"], value) is not None


def _outcomes(way: _Way, request: Request) -> Iterator[Outcome]:
    told = _changed((), way.filter("ResponseHeaderModifier"))
    if redirect := way.filter("RequestRedirect"):
        yield Outcome(redirect.get("statusCode", 302), told=told, location=_location(redirect, way, request))
        return
    weighted = [one["name"] for one in way.rule["backendRefs"] if one.get("weight", 1)]
    if not weighted:
        yield Outcome(500, told=told)
    rewrite = way.filter("URLRewrite") or {}
    retries = way.rule.get("retry", {}).get("attempts", 0) if request.fails else 0
    for backend in weighted:
        _, _, version = backend.partition("-")
        for instance in [one for name in INSTANCES if version in ("", name) for one in INSTANCES[name]]:
            yield Outcome(
                503 if request.fails else 200,
                instance,
                path=_replaced(rewrite.get("path", {}), way, request) + _query(request),
                host=rewrite.get("hostname", f"{_HOST}:{_PORT}"),
                headers=_changed(request.headers, way.filter("RequestHeaderModifier")),
                told=told,
                attempts=1 + retries,
            )


def _location(redirect: Mapping[str, Any], way: _Way, request: Request) -> str:
    """What is not said stays as it was asked, but for the port of another host, which is the scheme's if one is said."""
    scheme, host = redirect.get("scheme", "http"), redirect.get("hostname", _HOST)
    port = redirect.get("port", _WELL_KNOWN[scheme] if {"scheme", "hostname"} <= redirect.keys() else _PORT)
    shown = "" if port == _WELL_KNOWN[scheme] else f":{port}"
    return f"{scheme}://{host}{shown}{_replaced(redirect.get('path', {}), way, request)}{_query(request)}"


def _replaced(path: Mapping[str, str], way: _Way, request: Request) -> str:
    if "replaceFullPath" in path:
        return path["replaceFullPath"]
    if "replacePrefixMatch" not in path:
        return request.path
    rest = request.path.removeprefix(way.path["value"].removesuffix("/"))
    return path["replacePrefixMatch"].removesuffix("/") + rest or "/"


def _query(request: Request) -> str:
    return request.target[len(request.path) :]


def _changed(headers: _Headers, changes: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """No name is in more than one of the lists."""
    asked = changes or {}
    found = {name: value for name, value in headers if name not in asked.get("remove", ())}
    found |= {one["name"]: one["value"] for one in asked.get("set", ())}
    for one in asked.get("add", ()):
        found[one["name"]] = ",".join(filter(None, (found.get(one["name"]), one["value"])))
    return tuple((name, found[name]) for name in WATCHED if name in found)
