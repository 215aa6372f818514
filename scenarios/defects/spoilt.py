"""States with something wrong in them, and what else can go wrong while a scenario is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import urllib3

from platforms.boundary import CONVERGENCE_SECONDS, Platform, State
from platforms.counters import Counters
from platforms.istio.resources import Resource, ResourceSet, baseline
from scenarios.patch import with_value

STRANGERS = 50
_ABORT = {"abort": {"httpStatus": 500, "percentage": {"value": 100}}}


def weighted(state: State, *weights: int) -> State:
    """Other weights than the rule's."""
    resources = state.resources
    for position, weight in enumerate(weights):
        resources = with_value(resources, "reviews", ("http", 0, "route", position, "weight"), weight)
    return replace(state, resources=resources)


def matching(state: State, header: str, user: str) -> State:
    """The rule asks another header for its user, or for another user."""
    return _with(state, "reviews", "match", [{"headers": {header: {"exact": user}}}])


def without_session(state: State) -> State:
    """The gateway takes the visitors' cookies away."""
    return _with(state, "bookinfo", "headers", {"request": {"remove": ["cookie"]}})


def mirrored(state: State, version: str, percent: int) -> State:
    """Some requests of reviews are sent to another version too, whose answers nobody sees."""
    to = _with(state, "reviews", "mirror", {"host": "reviews", "subset": version})
    return _with(to, "reviews", "mirrorPercentage", {"value": percent})


def stale(state: State, caller: Mapping[str, str]) -> State:
    """The proxy of one caller of reviews still serves the baseline, all others serve the rule."""
    old = [
        {**http, "match": [{**match, "sourceLabels": dict(caller)} for match in http.get("match", ({},))]}
        for http in _http(baseline(), "reviews")
    ]
    return replace(
        state, resources=with_value(state.resources, "reviews", ("http",), [*old, *_http(state.resources, "reviews")])
    )


def without_details(state: State) -> State:
    """The details fail too."""
    details = Resource(
        "networking.istio.io/v1",
        "VirtualService",
        "details",
        {"hosts": ["details"], "http": [{"fault": _ABORT, "route": [{"destination": {"host": "details"}}]}]},
    )
    return replace(state, resources=state.resources.overlaid(ResourceSet((details,))))


def retried(state: State) -> State:
    """One call of ratings in five is late, and with it reviews; productpage's proxy waits for less, and asks again."""
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
    )
    retries = {"attempts": 10, "perTryTimeout": "200ms", "retryOn": "5xx"}
    asking = _with(state, "reviews", "retries", retries)
    return replace(asking, resources=asking.resources.overlaid(ResourceSet((late,))))


def strangers_come(platform: Platform, _in_force: State) -> None:
    """Somebody else looks at more pages than a run can do with."""
    with urllib3.PoolManager(timeout=10.0, retries=False) as pool:
        for _ in range(STRANGERS):
            pool.request("GET", f"{platform.gateway_url}/productpage")


def baseline_returns(platform: Platform, _in_force: State) -> None:
    """Somebody else puts the baseline back in force."""
    platform.apply(State(baseline()))
    platform.wait_until_converged(State(baseline()), timeout=CONVERGENCE_SECONDS)


def returns_at_once(platform: Platform, in_force: State) -> None:
    """Somebody else puts another rule in force, and takes it back."""
    for state in (State(baseline()), in_force):
        platform.apply(state)
        platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)


def details_restart(platform: Platform, in_force: State) -> None:
    """Details are replaced by another instance; the rule is in force throughout."""
    for state in (replace(in_force, stopped=in_force.stopped | {"details-v1"}), in_force):
        platform.apply(state)
        platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)


def forgetful(counters: Counters) -> Counters:
    """The proxies lose count of one request of reviews in twenty."""
    return replace(
        counters,
        requests={hop: n - n // 20 if hop.app == "reviews" else n for hop, n in counters.requests.items()},
    )


def halved(counters: Counters) -> Counters:
    """Every other request finds a way round the gateway."""
    at_the_gateway = ("ingressgateway", "productpage")
    return replace(
        counters,
        requests={
            hop: n // 2 if (hop.caller, hop.app) == at_the_gateway else n for hop, n in counters.requests.items()
        },
    )


def swapped(page: str) -> str:
    """Black stars on red ones' pages, and the other way round: images with each other's tags."""
    colors = {"black": "red", "red": "black"}
    return re.sub(r'(?<=data-star-color=")\w+', lambda found: colors.get(found[0], found[0]), page)


def bare(page: str) -> str:
    """Nobody's page has stars, and nobody says that ratings failed."""
    for mark, value in {"ratings": "not-asked", "rated-count": "0", "star-color": ""}.items():
        page = re.sub(rf'(?<=data-{mark}=")[^"]*', value, page)
    return page


def _with(state: State, virtual_service: str, field: str, value: Any) -> State:
    """Another value of a field of the rule's first route."""
    return replace(state, resources=with_value(state.resources, virtual_service, ("http", 0, field), value))


def _http(resources: ResourceSet, virtual_service: str) -> list[dict[str, Any]]:
    (found,) = (one for one in resources.of_kind("VirtualService") if one.name == virtual_service)
    routes: list[dict[str, Any]] = found.spec["http"]
    return routes
