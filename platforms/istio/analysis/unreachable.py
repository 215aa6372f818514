"""Routes and matches of a VirtualService that no request can reach, as Istio's webhook warns of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platforms.istio.analysis.message import Finding
from platforms.istio.resources import Resource

Texts = Mapping[str, Mapping[str, str]]
_TEXT_MATCHES = frozenset({"authority", "method", "scheme", "uri"})


def findings(service: Resource) -> Iterator[Finding]:
    """The remarks on the HTTP routes of a VirtualService."""
    http = service.spec.get("http", ())
    yield from _repeated(service, http)
    before: dict[str, list[tuple[int, int, Mapping[str, Any]]]] = {}
    """The matches so far by their prefix: only one that begins another's can cover it."""
    lengths: set[int] = set()
    for second, second_place, other in _reachable(http):
        narrow = (other.get("uri") or {}).get("prefix")
        if not narrow:
            continue
        for broad in (narrow[:length] for length in lengths if length < len(narrow)):
            for first, first_place, one in before.get(broad, ()):
                if _covers(one, other):
                    covered = f"{_name(other, second_place)} of prefix {narrow}"
                    covering = f"{_name(one, first_place)} of prefix {broad} on {_name(http[first], first)}"
                    yield _ineffective(service, _name(http[second], second), covered, covering)
        before.setdefault(narrow, []).append((second, second_place, other))
        lengths.add(len(narrow))


def _repeated(service: Resource, http: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    catch_all = False
    for number, route in enumerate(http):
        name, matches = _name(route, number), route.get("match") or ()
        if not matches:
            if catch_all:
                yield _unreachable(service, name, "only the last rule can have no matches")
            catch_all = True
            continue
        repeated = 0
        for place, match in enumerate(matches):
            if catch_all:
                yield _unreachable(service, name, "route without matches defined before")
                continue
            content = _content(match)
            if content in seen:
                before = seen[content]
                yield _ineffective(service, name, _name(match, place), _name(http[before], before))
                repeated += 1
            seen.setdefault(content, number)
        if repeated == len(matches):
            yield _unreachable(service, name, "all matches used by prior rules")


def _reachable(http: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """Every match that is new, before the first route without one."""
    seen: set[str] = set()
    for number, route in enumerate(http):
        if not route.get("match"):
            return
        for place, match in enumerate(route["match"]):
            if _content(match) not in seen:
                seen.add(_content(match))
                yield number, place, match


def _covers(broad: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Tell whether all that meets `narrow` meets `broad`, as far as Istio looks."""
    if not narrow["uri"]["prefix"].startswith(broad["uri"]["prefix"]) or broad.get("port", 0) != narrow.get("port", 0):
        return False
    return (
        _method(broad).startswith(_method(narrow))
        and _shown(broad.get("authority", {})).startswith(_shown(narrow.get("authority", {})))
        and all(
            _all_cover(broad.get(field, {}), narrow.get(field, {}))
            for field in ("headers", "queryParams", "withoutHeaders")
        )
    )


def _all_cover(broad: Texts, narrow: Texts) -> bool:
    return set(broad) == set(narrow) and all(_shown(broad[key]).startswith(_shown(narrow[key])) for key in broad)


def _method(match: Mapping[str, Any]) -> str:
    return _shown(match.get("method", {})) or "exact:GET"


def _shown(text: Mapping[str, str]) -> str:
    return next((f"{kind}:{text[kind]}" for kind in ("exact", "prefix") if text.get(kind)), "")


def _content(match: Mapping[str, Any]) -> str:
    # A text match that says nothing is one; any other field that says nothing is not there.
    given = {field: value for field, value in match.items() if field != "name" and (value or field in _TEXT_MATCHES)}
    return json.dumps(given, sort_keys=True)


def _name(thing: Mapping[str, Any], number: int) -> str:
    return f'"{thing["name"]}"' if thing.get("name") else f"#{number}"


def _unreachable(service: Resource, rule: str, reason: str) -> Finding:
    return Finding("IST0130", "Warning", f"VirtualService rule {rule} not used ({reason}).", str(service))


def _ineffective(service: Resource, rule: str, match: str, before: str) -> Finding:
    message = f"VirtualService rule {rule} match {match} is not used (duplicate/overlapping match in rule {before})."
    return Finding("IST0131", "Info", message, str(service))
