"""The trial of all who may want to call, at every app: what each should get, what it got, and what the app's proxies counted.

A claim here is exact: of every pair, every answer is what it should be. No chance is in it, so there are no statistics,
a few calls per pair are enough, and no load generator is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

from platforms.boundary import Callers
from platforms.counters import Heard
from platforms.istio.registry import INGRESS_GATEWAY, Workload
from scenarios.evidence.judgement import Verdict

APPS: Mapping[str, str] = {
    "productpage": "/productpage",
    "details": "/details/0",
    "reviews": "/reviews/0",
    "ratings": "/ratings/0",
}
"""What is asked of each app: what its policies let those have who may call it."""
GATEWAY = INGRESS_GATEWAY.name
ARROWS: Mapping[str, frozenset[str]] = {
    GATEWAY: frozenset({"productpage"}),
    "productpage": frozenset({"details", "reviews", "ratings"}),
    "reviews": frozenset({"ratings"}),
}
"""By app, the apps that it may call: the picture's, and ratings by productpage, for its API."""
CALLS = 3
"""To each app by each caller; without a sidecar, to each instance."""


class Outcome(Enum):
    """What becomes of a call."""

    TAKEN = "taken"
    DENIED = "denied"
    CUT = "cut"
    OTHER = "other"


class Kind(Enum):
    """The kind of caller."""

    PROXY = "proxy"
    IMPOSTOR = "impostor"
    PLAIN_TEXT = "plain_text"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: a workload or the gateway, whoever pretends to be one, or nobody that is known."""

    kind: Kind
    name: str = ""
    app: str = ""

    def should_get(self, app: str) -> Outcome:
        if self.kind is not Kind.PROXY:
            return Outcome.CUT
        return Outcome.TAKEN if app in ARROWS.get(self.app, ()) else Outcome.DENIED


@dataclass(frozen=True, slots=True)
class Pair:
    """A caller at an app, with the word of both."""

    caller: Caller
    app: str
    answers: tuple[int | None, ...]
    """Of each call, the status; None where there was no answer."""
    heard: Heard
    """What the app's proxies counted meanwhile."""

    @property
    def expected(self) -> Outcome:
        return self.caller.should_get(self.app)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(map(_outcome, self.answers))

    @property
    def verdict(self) -> Verdict:
        """Both must say the same; where the answers are right and the counts are not, somebody else may have called."""
        if set(self.outcomes) != {self.expected}:
            return Verdict.FAILS
        number = len(self.answers)
        counts = {
            Outcome.TAKEN: Heard(number, 0, 0),
            Outcome.DENIED: Heard(0, number, 0),
            Outcome.CUT: Heard(0, 0, number),
        }
        return Verdict.HOLDS if self.heard == counts[self.expected] else Verdict.INCONCLUSIVE

    @property
    def opened(self) -> bool:
        """Tell whether somebody was answered who should not have been."""
        return self.expected is not Outcome.TAKEN and Outcome.TAKEN in self.outcomes


def callers_among(workloads: Iterable[Workload]) -> list[Caller]:
    """List the gateway, every workload, an impostor and somebody without a certificate."""
    return [
        Caller(Kind.PROXY, GATEWAY, GATEWAY),
        *(Caller(Kind.PROXY, one.name, one.app) for one in sorted(workloads, key=lambda one: one.name)),
        Caller(Kind.IMPOSTOR),
        Caller(Kind.PLAIN_TEXT),
    ]


def tried(callers: Callers, workloads: Sequence[Workload]) -> Iterator[Pair]:
    """Call every app as everybody, one after the other, so that the counts are of one pair alone."""
    for caller in callers_among(workloads):
        for app, path in APPS.items():
            before = callers.heard(app)
            answers = tuple(_calls(callers, caller, app, path, workloads))
            yield Pair(caller, app, answers, callers.heard(app) - before)


def verdict_of(pairs: Iterable[Pair]) -> Verdict:
    """Return the verdict of all: none may fail, and none may be in doubt."""
    verdicts = {pair.verdict for pair in pairs}
    return next((one for one in (Verdict.FAILS, Verdict.INCONCLUSIVE) if one in verdicts), Verdict.HOLDS)


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


def _outcome(status: int | None) -> Outcome:
    if status is None:
        return Outcome.CUT
    if status == HTTPStatus.FORBIDDEN:
        return Outcome.DENIED
    return Outcome.TAKEN if status == HTTPStatus.OK else Outcome.OTHER
