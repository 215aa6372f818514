"""The filters of an HTTPRoute as fields of a VirtualService's route."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Filter = Mapping[str, Any]

HEADERS: Mapping[str, str] = {"RequestHeaderModifier": "request", "ResponseHeaderModifier": "response"}
"""The two filters that one backend of several may have too, each with the side that it changes."""

_ANY_ORIGIN = r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$"
_WHOLE_PATH = "/.*"
_META = re.compile(r"([\\.+*?()|\[\]{}^$])")


def headers(filters: Iterable[Filter]) -> dict[str, Any]:
    """The changes of headers, in a VirtualService's words; of two entries for one name the first counts."""
    return {
        HEADERS[one["type"]]: {
            "set": _by_name(changes.get("set", ())),
            "add": _by_name(changes.get("add", ())),
            "remove": list(changes.get("remove", ())),
        }
        for one in filters
        if one["type"] in HEADERS
        for changes in (one[f"{HEADERS[one['type']]}HeaderModifier"],)
    }


def redirect(asked: Filter) -> dict[str, Any]:
    """A redirect; a port that is not said is the request's, or that of the scheme that is."""
    made: dict[str, Any] = {"redirectCode": asked["statusCode"]}
    made |= {
        ours: asked[theirs] for theirs, ours in (("hostname", "authority"), ("scheme", "scheme")) if theirs in asked
    }
    if "port" in asked:
        made["port"] = asked["port"]
    elif "scheme" not in asked:
        made["derivePort"] = "FROM_REQUEST_PORT"
    path = asked.get("path", {})
    if "replaceFullPath" in path:
        made["uri"] = path["replaceFullPath"]
    elif "replacePrefixMatch" in path:
        made["prefixRewrite"] = path["replacePrefixMatch"]
    return made


def rewrite(asked: Filter) -> dict[str, Any]:
    """Another path or host for the backend; a prefix of `/`, or none, takes the one that matched away."""
    made: dict[str, Any] = {}
    path = asked.get("path", {})
    if "replacePrefixMatch" in path:
        made["uri"] = path["replacePrefixMatch"].removesuffix("/") or "/"
    elif "replaceFullPath" in path:
        made["uriRegexRewrite"] = {"match": _WHOLE_PATH, "rewrite": path["replaceFullPath"]}
    if "hostname" in asked:
        made["authority"] = asked["hostname"]
    return made


def mirrored_percent(asked: Filter) -> dict[str, Any]:
    """The part of the requests that is copied, if the filter says one."""
    if "fraction" in asked:
        fraction = asked["fraction"]
        return {"percentage": {"value": 100 * fraction["numerator"] / fraction["denominator"]}}
    return {"percentage": {"value": asked["percent"]}} if "percent" in asked else {}


def cors(asked: Filter) -> dict[str, Any]:
    """A policy on which pages of other origins may call; a preflight of another one is not answered by the app."""
    made: dict[str, Any] = {"unmatchedPreflights": "IGNORE"}
    if asked.get("allowOrigins"):
        made["allowOrigins"] = [_origin(one) for one in asked["allowOrigins"]]
    made |= {field: asked[field] for field in ("allowMethods", "allowHeaders", "exposeHeaders") if field in asked}
    if asked.get("allowCredentials"):
        made["allowCredentials"] = True
    if asked.get("maxAge", 0) > 0:
        made["maxAge"] = f"{asked['maxAge']}s"
    return made


def quoted(text: str) -> str:
    """A text as a regular expression of Go's syntax that matches just that."""
    return _META.sub(r"\\\1", text)


def _origin(origin: str) -> dict[str, str]:
    if origin == "*":
        return {"regex": _ANY_ORIGIN}
    if "*" not in origin:
        return {"exact": origin}
    if origin.find("*") == len(origin) - 1:
        return {"prefix": origin[:-1]}
    return {"regex": f"^{quoted(origin).replace(quoted('*'), '.*')}$"}


def _by_name(entries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    made: dict[str, str] = {}
    for one in entries:
        made.setdefault(one["name"].lower(), one["value"])
    return made
