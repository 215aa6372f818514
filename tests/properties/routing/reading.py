"""A VirtualService read as Istio's reference reads, by itself: what may become of one request, without any Envoy.

Written from Istio's documentation, and on purpose not from our translation: nothing is shared with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.properties.rules import Request

CALLER = {"app": "productpage", "version": "v1"}
HOST = "reviews:9080"
_NO_RULE: Mapping[str, Any] = {"route": [{"destination": {"host": "reviews"}}]}
INSTANCES: Mapping[str, tuple[str, ...]] = {"v1": ("v1", "v1-2"), "v2": ("v2",), "v3": ("v3",)}
"""Of each version of reviews: every one of them gets requests."""
WATCHED = ("end-user", "x-a", "x-b")
"""The headers that rules change."""


@dataclass(frozen=True)
class Outcome:
    """What one request met, as far as a rule decides it."""

    status: int
    instance: str = ""
    """Who of reviews got it, `v1-2` being the second instance of v1; empty if nobody did."""
    path: str = ""
    """What that one was asked for."""
    host: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Of the watched ones, what it was told."""
    told: tuple[tuple[str, str], ...] = ()
    """Of the watched ones, what the caller was told."""
    attempts: int = 0
    location: str = ""
    body: str = field(default="")


def possible(spec: Mapping[str, Any], request: Request) -> frozenset[Outcome]:
    """Everything that may become of the request, and must in the long run."""
    concerned = False
    for http in spec["http"]:
        for match in http.get("match", ({},)):
            if _concerns(match):
                concerned = True
                if _matches(match, request):
                    return frozenset(_outcomes(http, match, request))
    # A rule that is for other callers only is none for this one.
    return frozenset({Outcome(404)} if concerned else _outcomes(_NO_RULE, {}, request))


def put_together(spec: Mapping[str, Any], delegates: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A VirtualService and those that some of its routes are left to, as one.

    A request is led by a delegate's route if it meets the root's match and that one's; what such a route does not say of
    a request the root says.
    """
    http: list[dict[str, Any]] = []
    for route in spec["http"]:
        if "delegate" not in route:
            http.append(route)
            continue
        left = {field: value for field, value in route.items() if field not in ("match", "delegate")}
        for one in delegates[route["delegate"]["name"]]["http"]:
            both = [{**outer, **inner} for inner in one.get("match", ({},)) for outer in route.get("match", ({},))]
            http.append({**left, **one, "match": both})
    return {**spec, "http": http}


def _concerns(match: Mapping[str, Any]) -> bool:
    """Whether the match is for calls of productpage; where gateways are named, istiod does not ask for labels."""
    if "gateways" in match:
        return "mesh" in match["gateways"]
    return bool(match.get("sourceLabels", {}).items() <= CALLER.items())


def _matches(match: Mapping[str, Any], request: Request) -> bool:
    """Every condition of a match must hold."""
    headers, query = dict(request.headers), dict(request.query)
    path, uri = request.path, match.get("uri")
    if match.get("ignoreUriCase") and uri and "regex" not in uri:
        path, uri = path.lower(), {kind: value.lower() for kind, value in uri.items()}
    return (
        (not uri or _holds(uri, path))
        and _holds(match.get("method", {}), request.method)
        and _holds(match.get("authority", {}), HOST)
        and all(_holds(text, headers.get(name)) for name, text in match.get("headers", {}).items())
        # Here a header that is not there is an empty one, unless any value would do: so istiod has it.
        and not any(
            _holds(text, headers.get(name, "" if text else None))
            for name, text in match.get("withoutHeaders", {}).items()
        )
        and all(_holds(text, query.get(name)) for name, text in match.get("queryParams", {}).items())
    )


def _holds(text: Mapping[str, str], value: str | None) -> bool:
    """What is not there matches nothing; no text is content with anything that is there."""
    if value is None:
        return False
    match dict(text):
        case {"exact": exact}:
            return value == exact
        case {"prefix": prefix}:
            return value.startswith(prefix)
        case {"regex": regex}:
            return re.fullmatch(regex, value) is not None
        case _:
            return True


def _outcomes(http: Mapping[str, Any], match: Mapping[str, Any], request: Request) -> set[Outcome]:
    if "redirect" in http:
        return {_redirected(http["redirect"], request)}
    if "directResponse" in http:
        return {Outcome(http["directResponse"]["status"], body=http["directResponse"]["body"]["string"])}
    abort = http.get("fault", {}).get("abort", {})
    share = abort.get("percentage", {"value": 0})["value"] if abort else 0
    found = set()
    if share > 0:
        found.add(Outcome(abort["httpStatus"], told=_changed((), http, "response"), body="fault filter abort"))
    if share < 100:
        found |= {
            _forwarded(instance, http, match, request)
            for version in _versions(http["route"])
            for instance in INSTANCES[version]
        }
    return found


def _versions(route: list[Mapping[str, Any]]) -> set[str]:
    """Which versions may get a request."""
    if len(route) == 1:
        subset = route[0]["destination"].get("subset")
        return {subset} if subset else set(INSTANCES)
    return {one["destination"]["subset"] for one in route if one["weight"] > 0}


def _forwarded(instance: str, http: Mapping[str, Any], match: Mapping[str, Any], request: Request) -> Outcome:
    rewrite = http.get("rewrite", {})
    path = _rewritten(request.path, rewrite, match.get("uri", {}))
    return Outcome(
        503 if request.fails else 200,
        instance,
        path=path + request.target[len(request.path) :],
        host=rewrite.get("authority", HOST),
        headers=_changed(request.headers, http, "request"),
        told=_changed((), http, "response"),
        attempts=1 + (_retries(http.get("retries")) if request.fails else 0),
    )


def _rewritten(path: str, rewrite: Mapping[str, Any], uri: Mapping[str, str]) -> str:
    """What was matched by its beginning has its beginning replaced, everything else is replaced as a whole."""
    if regex := rewrite.get("uriRegexRewrite"):
        return re.sub(regex["match"], regex["rewrite"], path)
    if "uri" not in rewrite:
        return path
    if "exact" in uri or "regex" in uri:
        return str(rewrite["uri"])
    return str(rewrite["uri"]) + path[len(uri.get("prefix", "/")) :]


def _changed(headers: tuple[tuple[str, str], ...], http: Mapping[str, Any], side: str) -> tuple[tuple[str, str], ...]:
    """Removed first, then set, then added to what is there."""
    changes = http.get("headers", {}).get(side, {})
    found = {name: [value] for name, value in headers if name not in changes.get("remove", ())}
    found |= {name: [value] for name, value in changes.get("set", {}).items()}
    for name, value in changes.get("add", {}).items():
        found[name] = [*found.get(name, ()), value]
    return tuple((name, ",".join(found[name])) for name in WATCHED if name in found)


def _retries(retries: Mapping[str, Any] | None) -> int:
    """How often a 503 is tried again; unasked, it is not."""
    if retries is None or retries.get("retryOn") == "connect-failure":
        return 0
    return int(retries["attempts"])


def _redirected(redirect: Mapping[str, Any], request: Request) -> Outcome:
    authority = redirect.get("authority", HOST)
    path = redirect.get("uri", request.path) + request.target[len(request.path) :]
    return Outcome(redirect.get("redirectCode", 301), location=f"http://{authority}{path}")
