"""The rules of an HTTPRoute as routes of a VirtualService, each with one match at most, in the Gateway API's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from platforms.istio import durations, hosts
from platforms.istio.gateway_api import filters
from platforms.istio.resources import Resource

Route = Mapping[str, Any]

_RETRY_ON = ("connect-failure", "refused-stream", "unavailable", "cancelled")
_DEFAULT_ATTEMPTS = 2
_TEXTS = {"Exact": "exact", "PathPrefix": "prefix", "RegularExpression": "regex"}
_RANKS = {"exact": 3, "prefix": 2, "regex": 1}
_NO_BACKEND = {"status": 500}


def routes(route: Resource, is_service: Callable[[str], bool]) -> Iterator[Route]:
    """Yield the routes of an HTTPRoute in the order of its text; `is_service` tells which hosts there are."""
    for number, rule in enumerate(route.spec.get("rules", ())):
        name = rule.get("name", f"{route.namespace}.{route.name}.{number}")
        made = {"name": name, **_filtered(rule, route.namespace, is_service), **_limits(rule)}
        made |= _answered(rule, route.namespace)
        for match in rule.get("matches") or (None,):
            yield made if match is None else made | {"match": [_match(match)]}


def by_precedence(found: Iterable[Route]) -> list[Route]:
    """Order routes as the Gateway API has it: the closer a match, the earlier; equals stay in their order."""
    return sorted(found, key=_precedence)


def at_port(found: Iterable[Route], port: int) -> Iterator[Route]:
    """Yield the same routes for requests to one port only."""
    for one in found:
        yield {**one, "match": [{**match, "port": port} for match in one.get("match", ({},))]}


def host(backend: Mapping[str, Any], namespace: str) -> str:
    """The full name of what an object in `namespace` refers to: a Service, or a host by its own name."""
    if backend.get("kind") == "Hostname":
        return str(backend["name"])
    return hosts.service(backend["name"], backend.get("namespace", namespace))


def _match(match: Mapping[str, Any]) -> dict[str, Any]:
    path = match["path"]
    value = path["value"]
    if path["type"] == "PathPrefix" and value != "/":
        value = value.removesuffix("/")
    made: dict[str, Any] = {"uri": {_TEXTS[path["type"]]: value}}
    for field in ("headers", "queryParams"):
        if match.get(field):
            made[field] = {one["name"]: {_TEXTS[one["type"]]: one["value"]} for one in match[field]}
    if "method" in match:
        made["method"] = {"exact": match["method"]}
    return made


def _filtered(rule: Mapping[str, Any], namespace: str, is_service: Callable[[str], bool]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    mirrors = []
    for one in rule.get("filters", ()):
        match one["type"]:
            case "RequestRedirect":
                made["redirect"] = filters.redirect(one["requestRedirect"])
            case "URLRewrite":
                if changed := filters.rewrite(one["urlRewrite"]):
                    made["rewrite"] = changed
            case "CORS":
                made["corsPolicy"] = filters.cors(one["cors"])
            case "RequestMirror":
                asked = one["requestMirror"]
                if is_service(host(asked["backendRef"], namespace)):  # a copy for nobody is not made
                    to = _destination(asked["backendRef"], namespace)
                    mirrors.append({"destination": to, **filters.mirrored_percent(asked)})
    if changes := filters.headers(rule.get("filters", ())):
        made["headers"] = changes
    return made | ({"mirrors": mirrors} if mirrors else {})


def _limits(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The retries and the time-outs; one for each try is, without retries, one for all."""
    made: dict[str, Any] = {}
    if (retry := rule.get("retry")) is not None:
        on = ",".join((*_RETRY_ON, *map(str, retry.get("codes", ()))))
        made["retries"] = {"attempts": retry.get("attempts", _DEFAULT_ATTEMPTS), "retryOn": on}
        if "backoff" in retry:
            made["retries"]["backoff"] = retry["backoff"]
    timeouts = {field: text for field, text in rule.get("timeouts", {}).items() if durations.nanoseconds(text)}
    if "request" in timeouts:
        made["timeout"] = timeouts["request"]
    if "backendRequest" in timeouts:
        if "retries" in made:
            made["retries"]["perTryTimeout"] = timeouts["backendRequest"]
        else:
            made["timeout"] = timeouts["backendRequest"]
    return made


def _answered(rule: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """The destinations that have a weight; with none the answer is 500."""
    if any(one["type"] == "RequestRedirect" for one in rule.get("filters", ())):
        return {}
    weighted = [one for one in rule.get("backendRefs", ()) if one["weight"]]
    if not weighted:
        return {"directResponse": _NO_BACKEND}
    route = []
    for one in weighted:
        made: dict[str, Any] = {"destination": _destination(one, namespace)}
        if weighted[1:]:
            made["weight"] = one["weight"]
        if changes := filters.headers(one.get("filters", ())):
            made["headers"] = changes
        route.append(made)
    return {"route": route}


def _destination(backend: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    return {"host": host(backend, namespace), "port": {"number": backend["port"]}}


def _precedence(route: Route) -> tuple[bool, int, int, bool, int, int]:
    if not route.get("match"):
        return (True, 0, 0, False, 0, 0)
    (match,) = route["match"]
    ((kind, path),) = match["uri"].items() if "uri" in match else (("", ""),)
    return (
        False,
        -_RANKS.get(kind, -1),
        -len(path.encode()),
        "method" not in match,
        -len(match.get("headers", ())),
        -len(match.get("queryParams", ())),
    )
