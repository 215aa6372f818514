"""The trial of all who may want to call, at every app: what each should get, what it got, and what the app's proxies counted.

A claim here is exact: of every pair, every answer is what it should be. No chance is in it, so there are no statistics,
a few calls per pair are enough, and no load generator is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from platforms.bookinfo import baseline
from platforms.boundary import Callers, State
from platforms.istio.registry import Workload
from platforms.istio.resources import ResourceSet
from scenarios.evidence.pair import ARROWS, GATEWAY, Caller, Kind, Pair

APPS: Mapping[str, str] = {
    "productpage": "/productpage",
    "details": "/details/0",
    "reviews": "/reviews/0",
    "ratings": "/ratings/0",
}
"""What is asked of each app: what its policies let those have who may call it."""
CALLS = 3
"""To each app by each caller; without a sidecar, to each instance."""


def callers_among(workloads: Iterable[Workload]) -> list[Caller]:
    """List the gateway, every workload, an impostor and somebody without a certificate."""
    return [
        Caller(Kind.PROXY, GATEWAY, GATEWAY),
        *(Caller(Kind.PROXY, one.name, one.app) for one in sorted(workloads, key=lambda one: one.name)),
        Caller(Kind.IMPOSTOR),
        Caller(Kind.PLAIN_TEXT),
    ]


def pairs_of(workloads: Iterable[Workload]) -> list[tuple[Caller, str]]:
    """List everybody at every app."""
    return [(caller, app) for caller in callers_among(workloads) for app in APPS]


def without_policies() -> State:
    """Return the baseline without its AuthorizationPolicies."""
    return State(ResourceSet(tuple(one for one in baseline() if one.kind != "AuthorizationPolicy")))


def tried(callers: Callers, workloads: Sequence[Workload]) -> Iterator[Pair]:
    """Call every app as everybody, one after the other, so that the counts are of one pair alone."""
    for caller, app in pairs_of(workloads):
        before = callers.heard(app)
        answers = tuple(_calls(callers, caller, app, APPS[app], workloads))
        yield Pair(caller, app, answers, callers.heard(app) - before)


def _calls(
    callers: Callers, caller: Caller, app: str, path: str, workloads: Sequence[Workload]
) -> Sequence[int | None]:
    match caller.kind:
        case Kind.PROXY:
            return callers.as_proxy(caller.name, app, path, CALLS)
        case Kind.IMPOSTOR:
            return callers.as_impostor(_welcome(app, workloads), app, path, CALLS)
        case Kind.PLAIN_TEXT:
            return callers.in_plain_text(app, path, CALLS)


def _welcome(app: str, workloads: Iterable[Workload]) -> str:
    """The name of one who may call an app: the best that an impostor can pretend to be."""
    return next((one.name for one in workloads if app in ARROWS.get(one.app, ())), GATEWAY)
