"""Routes of a VirtualService at the gateway that those of another one hide, of which istioctl says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.envoy.route import matches, virtual_hosts
from platforms.istio.push_context import PushContext, VirtualService
from platforms.istio.registry import Registry
from platforms.istio.resources import ResourceSet

_CONDITIONS = ("headers", "queryParameters")
_Route = tuple[VirtualService, Mapping[str, Any]]
"""Whose it is, and its match."""


def notes(resources: ResourceSet, registry: Registry) -> Iterator[str]:
    """A sentence for each VirtualService of which a route can never act, for another one's comes first."""
    push = PushContext.of(resources, registry)
    by_host: dict[str, list[_Route]] = {}
    plain = virtual_hosts.at_the_door(push).get(virtual_hosts.GATEWAY_ROUTES, ())
    for host, service, made in virtual_hosts.at_gateway(push, registry.gateway, plain):
        by_host.setdefault(host, []).extend((service, route["match"]) for route in made)
    for host, found in by_host.items():
        before: dict[str, list[_Route]] = {}
        told: set[tuple[str, str]] = set()
        for service, match in sorted(found, key=lambda one: matches.is_catch_all(one[1])):
            path = _shown(match)
            for earlier, other in _candidates(before, path):
                if earlier is not service and _covers(other, match):
                    if (service.name, path) not in told:
                        yield (
                            f"VirtualService {service.name}: its route for {path} never acts on host {host} of the gateway: "
                            f"VirtualService {earlier.name} comes first and takes these requests"
                        )
                    told.add((service.name, path))
                    break
            before.setdefault(path.lower(), []).append((service, match))


def _candidates(before: Mapping[str, list[_Route]], path: str) -> Iterator[_Route]:
    """The earlier routes whose path may cover another one: thousands of them are not compared one by one."""
    yield from before.get(path.lower(), ())
    start = path.lower().removesuffix("*")
    for length in range(len(start) + 1):
        yield from before.get(f"{start[:length]}*", ()) if f"{start[:length]}*" != path.lower() else ()
    if not start.startswith("/"):
        yield from before.get("/*", ())


def _covers(broad: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Tell whether all that meets `narrow` surely meets `broad`."""
    return _covers_path(broad, narrow) and all(
        one in narrow.get(part, ()) for part in _CONDITIONS for one in broad.get(part, ())
    )


def _covers_path(broad: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    any_case = broad.get("caseSensitive") is False
    if not any_case and narrow.get("caseSensitive") is False:
        return broad.get("prefix") == "/"
    start, whole = narrow.get("prefix"), narrow.get("path")
    if "prefix" in broad:
        return broad["prefix"] == "/" or _cased(start or whole or "", any_case).startswith(
            _cased(broad["prefix"], any_case)
        )
    if "path" in broad:
        return whole is not None and _cased(whole, any_case) == _cased(broad["path"], any_case)
    return all(broad.get(kind) == narrow.get(kind) for kind in ("safeRegex", "pathSeparatedPrefix"))


def _cased(text: str, any_case: bool) -> str:  # noqa: FBT001  # the only thing to say of a text
    return text.lower() if any_case else text


def _shown(match: Mapping[str, Any]) -> str:
    regex = match.get("safeRegex", {}).get("regex")
    return str(match.get("path") or regex or f"{match.get('prefix', '')}*")
