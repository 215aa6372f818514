"""Mutations of states, counters and pages, and interferences while a scenario runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import urllib3

from platforms.bookinfo import NAMESPACE, baseline
from platforms.boundary import CONVERGENCE_SECONDS, Platform, State
from platforms.counters import Counters
from platforms.istio.resources import Resource, ResourceSet
from scenarios.patch import with_value

STRANGERS = 50
_ABORT = {"abort": {"httpStatus": 500, "percentage": {"value": 100}}}


def with_weights(state: State, *weights: int) -> State:
    """Replace the rule's weights."""
    resources = state.resources
    for position, weight in enumerate(weights):
        resources = with_value(resources, "reviews", ("http", 0, "route", position, "weight"), weight)
    return replace(state, resources=resources)


def with_match(state: State, header: str, user: str) -> State:
    """Let the rule match another header, or another user."""
    return _with(state, "reviews", "match", [{"headers": {header: {"exact": user}}}])


def without_session(state: State) -> State:
    """Let the gateway remove the visitors' cookies."""
    return _with(state, "bookinfo", "headers", {"request": {"remove": ["cookie"]}})


def with_mirror(state: State, version: str, percent: int) -> State:
    """Mirror some requests of reviews to another version, whose answers nobody sees."""
    to = _with(state, "reviews", "mirror", {"host": "reviews", "subset": version})
    return _with(to, "reviews", "mirrorPercentage", {"value": percent})


def with_stale_proxy(state: State, caller: Mapping[str, str]) -> State:
    """Let the proxy of one caller of reviews still serve the baseline, and all others the rule."""
    old = [
        {**http, "match": [{**match, "sourceLabels": dict(caller)} for match in http.get("match", ({},))]}
        for http in _http(baseline(), "reviews")
    ]
    return replace(
        state, resources=with_value(state.resources, "reviews", ("http",), [*old, *_http(state.resources, "reviews")])
    )


def without_details(state: State) -> State:
    """Let the details fail too."""
    details = Resource(
        "networking.istio.io/v1",
        "VirtualService",
        "details",
        {"hosts": ["details"], "http": [{"fault": _ABORT, "route": [{"destination": {"host": "details"}}]}]},
        NAMESPACE,
    )
    return replace(state, resources=state.resources.overlaid(ResourceSet((details,))))


def with_hidden_errors(state: State) -> State:
    """Delay one call of ratings in five, and with it reviews, beyond the per-try time-out of productpage's proxy."""
    late = Resource(
        "networking.istio.io/v1",
        "VirtualService",
        "ratings",
        {
            "hosts": ["ratings"],
            "http": [
                {
                    "fault": {"delay": {"fixedDelay": "300ms", "percentage": {"value": 20}}},
                    "route": [{"destination": {"host": "ratings"}}],
                }
            ],
        },
        NAMESPACE,
    )
    retries = {"attempts": 10, "perTryTimeout": "200ms", "retryOn": "5xx"}
    asking = _with(state, "reviews", "retries", retries)
    return replace(asking, resources=asking.resources.overlaid(ResourceSet((late,))))


def visit_as_strangers(platform: Platform, _in_force: State) -> None:
    """Request more pages, unmarked, than a run tolerates."""
    with urllib3.PoolManager(timeout=10.0, retries=False) as pool:
        for _ in range(STRANGERS):
            pool.request("GET", f"{platform.gateway_url}/productpage")


def restore_baseline(platform: Platform, _in_force: State) -> None:
    """Put the baseline back in force."""
    platform.apply(State(baseline()))
    platform.wait_until_converged(State(baseline()), timeout=CONVERGENCE_SECONDS)


def replace_briefly(platform: Platform, in_force: State) -> None:
    """Put another rule in force, and take it back."""
    for state in (State(baseline()), in_force):
        platform.apply(state)
        platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)


def restart_details(platform: Platform, in_force: State) -> None:
    """Replace the instance of details; the rule stays in force."""
    for state in (replace(in_force, stopped=in_force.stopped | {"details-v1"}), in_force):
        platform.apply(state)
        platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)


def lose_reviews_counts(counters: Counters) -> Counters:
    """Omit one request of reviews in twenty."""
    return replace(
        counters,
        requests={hop: n - n // 20 if hop.app == "reviews" else n for hop, n in counters.requests.items()},
    )


def halve_gateway_counts(counters: Counters) -> Counters:
    """Omit every other request at the gateway."""
    at_the_gateway = ("ingressgateway", "productpage")
    return replace(
        counters,
        requests={
            hop: n // 2 if (hop.caller, hop.app) == at_the_gateway else n for hop, n in counters.requests.items()
        },
    )


def swap_stars(page: str) -> str:
    """Swap black and red stars, as images with each other's tags would."""
    colors = {"black": "red", "red": "black"}
    return re.sub(r'(?<=data-star-color=")\w+', lambda found: colors.get(found[0], found[0]), page)


def remove_stars(page: str) -> str:
    """Remove the stars from every page, without saying that ratings failed."""
    for mark, value in {"ratings": "not-asked", "rated-count": "0", "star-color": ""}.items():
        page = re.sub(rf'(?<=data-{mark}=")[^"]*', value, page)
    return page


def _with(state: State, virtual_service: str, field: str, value: Any) -> State:
    """Replace a field of the rule's first route."""
    return replace(state, resources=with_value(state.resources, virtual_service, ("http", 0, field), value))


def _http(resources: ResourceSet, virtual_service: str) -> list[dict[str, Any]]:
    (found,) = (one for one in resources.of_kind("VirtualService") if one.name == virtual_service)
    routes: list[dict[str, Any]] = found.spec["http"]
    return routes
