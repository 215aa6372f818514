"""A pair of somebody who calls and an app: what he should get there, what he got, and what the app's proxies counted.

A claim here is exact: of every pair, every answer is what it should be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

from platforms.counters import Heard
from platforms.istio.registry import INGRESS_GATEWAY
from scenarios.evidence.judgement import Verdict

GATEWAY = INGRESS_GATEWAY.name
ARROWS: Mapping[str, frozenset[str]] = {
    GATEWAY: frozenset({"productpage"}),
    "productpage": frozenset({"details", "reviews", "ratings"}),
    "reviews": frozenset({"ratings"}),
}
"""By app, the apps that it may call: the picture's, and ratings by productpage, for its API."""


DRAWN = ("opened", "closed", "doubted", "taken")
"""The ways in which a picture has an arrow, the worst first."""


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

    @property
    def drawn(self) -> str:
        """The way in which a picture has its arrow, as `DRAWN` lists them; empty for one who is kept out, as he should be."""
        if self.opened:
            return "opened"
        if self.expected is not Outcome.TAKEN:
            return ""
        return {Verdict.HOLDS: "taken", Verdict.FAILS: "closed", Verdict.INCONCLUSIVE: "doubted"}[self.verdict]

    @property
    def ends(self) -> tuple[str, str]:
        """The boxes of a picture between which its arrow is: an app, or the kind of who has none; and an app."""
        return self.caller.app or self.caller.kind.value, self.app


def arrows(found: Iterable[tuple[tuple[str, str], str]]) -> dict[tuple[str, str], str]:
    """Join what is drawn between the same two boxes to one arrow each, of the worst kind; the worst come last, on top."""
    joined: dict[tuple[str, str], str] = {}
    for ends, drawn in found:
        if drawn:
            joined[ends] = min(drawn, joined.get(ends, drawn), key=DRAWN.index)
    return dict(sorted(joined.items(), key=lambda one: -DRAWN.index(one[1])))


def verdict_of(pairs: Iterable[Pair]) -> Verdict:
    """Return the verdict of all: none may fail, and none may be in doubt."""
    verdicts = {pair.verdict for pair in pairs}
    return next((one for one in (Verdict.FAILS, Verdict.INCONCLUSIVE) if one in verdicts), Verdict.HOLDS)


def _outcome(status: int | None) -> Outcome:
    if status is None:
        return Outcome.CUT
    if status == HTTPStatus.FORBIDDEN:
        return Outcome.DENIED
    return Outcome.TAKEN if status == HTTPStatus.OK else Outcome.OTHER
