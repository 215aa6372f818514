"""The shares of reviews' versions that a state asks for, read from the routes that productpage's proxy gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from platforms.bookinfo import BOOKINFO, with_workloads
from platforms.boundary import State
from platforms.envoy.route import matches
from platforms.envoy.translate import Snapshot, routing
from platforms.errors import PlatformError
from platforms.istio.registry import Workload
from scenarios.versions import VERSIONS

_CALLER = "productpage-v1"
_ROUTES = str(BOOKINFO.port)
_HOST = BOOKINFO.host("reviews")
_DRAWS = ("RANDOM", "ROUND_ROBIN")
"""Load balancing that gives every instance the same share."""

_ORDINARY = dict.fromkeys(BOOKINFO.workloads, 1)
"""Bookinfo where nobody asked for more."""
_Split = list[tuple[tuple[str, ...], int]]
"""The workloads of each destination, and its weight."""


def shares(state: State, workloads: Mapping[Workload, int] = _ORDINARY) -> Mapping[str, float | None]:
    """Return the share that a state asks of each version; None where it is not the same for every request.

    `workloads` are those of the demo, each with the number of its instances.
    """
    split, instances = _split(state, workloads), {one.name: n for one, n in workloads.items()}
    if not split:
        return dict.fromkeys(VERSIONS)
    total = sum(weight for _, weight in split)
    found = dict.fromkeys(VERSIONS, Fraction(0))
    for drawn, weight in split:
        among = sum(instances[workload] for workload in drawn)
        for workload in drawn:
            if (
                version := workload.removeprefix("reviews-")
            ) in found:  # a version of one's own is not among those shown
                found[version] += Fraction(weight * instances[workload], total * among)
    return {version: float(share) for version, share in found.items()}


def weights_of(state: State) -> tuple[int, ...] | None:
    """Return the weights that a state gives the versions by name; None where it does not."""
    split = _split(state, _ORDINARY)
    if not split or any(len(workloads) > 1 for workloads, _ in split):
        return None
    found = dict.fromkeys(VERSIONS, 0)
    for (workload,), weight in split:
        found[workload.removeprefix("reviews-")] += weight
    return tuple(found.values())


def _split(state: State, workloads: Mapping[Workload, int]) -> _Split:
    """The destinations of the one route to reviews; empty where there are several, or none that can be told."""
    try:
        made = routing(state.resources, with_workloads(workloads))
    except PlatformError:
        return []
    routes = [
        route
        for host in made.proxies[_CALLER].routes[_ROUTES]["virtualHosts"]
        if _HOST in host["domains"]
        for route in host["routes"]
    ]
    if len(routes) != 1 or not matches.is_catch_all(routes[0]["match"]) or "typedPerFilterConfig" in routes[0]:
        return []
    split = [(_drawn(name, made) - state.stopped, weight) for name, weight in _destinations(routes[0].get("route", {}))]
    known = all(workloads and all(one.startswith("reviews-") for one in workloads) for workloads, _ in split)
    return [(tuple(sorted(workloads)), weight) for workloads, weight in split] if known else []


def _destinations(route: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if "cluster" in route:
        yield route["cluster"], 100
    for one in route.get("weightedClusters", {}).get("clusters", ()):
        yield one["name"], one["weight"]


def _drawn(name: str, made: Snapshot) -> frozenset[str]:
    """The workloads of a cluster that are drawn evenly; none where another policy decides."""
    cluster = next((one for one in made.proxies[_CALLER].clusters if one["name"] == name), {})
    workloads = frozenset(made.selected_for(_CALLER).get(name, ()))
    return workloads if len(workloads) == 1 or cluster.get("lbPolicy", "ROUND_ROBIN") in _DRAWS else frozenset()
