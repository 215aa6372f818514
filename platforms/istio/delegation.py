"""The routes of a VirtualService that leaves some of them to others, put together as istiod's virtualservice.go does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from platforms.istio import hosts
from platforms.istio.gateway_names import gateway_name
from platforms.istio.resources import Resource
from platforms.istio.visibility import is_visible

Route = Mapping[str, Any]
Match = Mapping[str, Any]

_INHERITED = (
    "rewrite",
    "directResponse",
    "timeout",
    "retries",
    "fault",
    "mirror",
    "mirror_percent",
    "mirrorPercentage",
    "corsPolicy",
    "mirrors",
    "headers",
)
"""What a delegate's route takes from the root's where it says nothing of it."""
_TEXTS = ("uri", "scheme", "method", "authority")
_TABLES = ("headers", "withoutHeaders", "queryParams")
_DEFAULTS = (*_TEXTS, "port", "sourceNamespace", "gateways", "statPrefix")


class Delegates:
    """The VirtualServices without hosts, which act only where another one delegates to them."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._known = {(one.namespace, one.name): one for one in resources if is_delegate(one)}

    def routes(self, root: Resource) -> Iterator[Route]:
        """Yield the routes of a VirtualService with hosts; a route to a delegate that is not there, or not seen, is none."""
        for route in root.spec.get("http", ()):
            if "delegate" not in route:
                yield route
                continue
            named = route["delegate"]
            found = self._known.get((named.get("namespace") or root.namespace, named.get("name", "")))
            if found is None or not is_visible(found, root.namespace):
                continue
            outer = _resolved(route, root.namespace)
            for one in found.spec.get("http", ()):
                merged = _merged(outer, _resolved(one, found.namespace))
                if merged is not None:
                    yield merged


def is_delegate(resource: Resource) -> bool:
    return resource.kind == "VirtualService" and not resource.spec.get("hosts")


def _resolved(route: Route, namespace: str) -> dict[str, Any]:
    """A route whose short names mean the same in any namespace."""
    made = dict(route)
    for field in ("route", "mirrors"):
        if field in made:
            made[field] = [{**one, "destination": _destination(one["destination"], namespace)} for one in made[field]]
    if "mirror" in made:
        made["mirror"] = _destination(made["mirror"], namespace)
    if "match" in made:
        made["match"] = [
            {**one, "gateways": [gateway_name(name, namespace) for name in one["gateways"]]}
            if "gateways" in one
            else one
            for one in made["match"]
        ]
    return made


def _destination(destination: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    return {**destination, "host": hosts.fqdn(destination["host"], namespace)}


def _merged(root: Route, delegate: Route) -> Route | None:
    """The delegate's route within the root's; None where no request could meet both."""
    matches = _merged_matches(root.get("match", ()), delegate.get("match", ()))
    if matches is None:
        return None
    own = {field: value for field, value in delegate.items() if field != "mirrors" or value}
    put_together = {"match": matches, "name": _joined(root, delegate)}
    return {
        **{field: root[field] for field in _INHERITED if field in root},
        **own,
        **{field: value for field, value in put_together.items() if value},
    }


def _merged_matches(root: Sequence[Match], delegate: Sequence[Match]) -> list[Match] | None:
    """Every match of the delegate within each of the root's that it can be within; None if one is within none."""
    if not root or not delegate:
        return [*root, *delegate]
    found: list[Match] = []
    for leaf in delegate:
        within = [_merged_match(one, leaf) for one in root if not _conflict(one, leaf)]
        if not within:
            return None
        found += within
    return found


def _merged_match(root: Match, leaf: Match) -> Match:
    merged = {**{field: root[field] for field in _DEFAULTS if root.get(field)}, **{k: v for k, v in leaf.items() if v}}
    for table in (*_TABLES, "sourceLabels"):
        if both := {**root.get(table, {}), **leaf.get(table, {})}:
            merged[table] = both
    if name := _joined(root, leaf):
        merged["name"] = name
    return merged


def _joined(root: Mapping[str, Any], leaf: Mapping[str, Any]) -> str:
    return "-".join(filter(None, (root.get("name"), leaf.get("name"))))


def _conflict(root: Match, leaf: Match) -> bool:
    """Tell whether a leaf's match is surely not within a root's."""
    return (
        any(_texts_conflict(root.get(field), leaf.get(field)) for field in _TEXTS)
        or any(
            _texts_conflict(root.get(table, {}).get(key), value)
            for table in _TABLES
            for key, value in leaf.get(table, {}).items()
        )
        or bool(root.get("ignoreUriCase")) != bool(leaf.get("ignoreUriCase"))
        or _differ(root.get("port"), leaf.get("port"))
        or bool(root.get("sourceNamespace") and root["sourceNamespace"] != leaf.get("sourceNamespace"))
        or any(
            root.get("sourceLabels", {}).get(key, value) != value for key, value in leaf.get("sourceLabels", {}).items()
        )
        or bool(root.get("gateways") and not set(leaf.get("gateways", ())) <= set(root["gateways"]))
    )


def _differ(root: object, leaf: object) -> bool:
    return bool(root and leaf and root != leaf)


def _texts_conflict(root: Mapping[str, str] | None, leaf: Mapping[str, str] | None) -> bool:
    """Tell whether one condition on a text is not within another: an exact text, or a longer prefix, is within a prefix."""
    if root is None or leaf is None:
        return False
    if exact := root.get("exact"):
        return leaf.get("exact") != exact
    prefix, inner = root.get("prefix"), leaf.get("prefix") or leaf.get("exact")
    return not (prefix and inner and inner.startswith(prefix))
