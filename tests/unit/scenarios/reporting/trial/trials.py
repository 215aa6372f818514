"""Trials with a pair of each kind, as the events of a run."""

from __future__ import annotations

from datetime import UTC, datetime

from platforms.bookinfo import baseline
from platforms.boundary import Convergence, State
from platforms.counters import Heard
from scenarios.events.event import Accepted, Event, Found, InForce, Locked, Opened, Over, Restored, Sending, Sent, Tried
from scenarios.evidence.pair import GATEWAY, Caller, Kind, Pair
from scenarios.messages.message import Message
from scenarios.reporting.trial.model import Trial
from scenarios.scenario import Scenario, Step

GATEWAY_AT_PAGE = Pair(Caller(Kind.PROXY, GATEWAY, GATEWAY), "productpage", (200, 200), Heard(2, 0, 0))
DETAILS_AT_RATINGS = Pair(Caller(Kind.PROXY, "details-v1", "details"), "ratings", (403, 403), Heard(0, 2, 0))
NOBODY_AT_REVIEWS = Pair(Caller(Kind.PLAIN_TEXT), "reviews", (None, None), Heard(0, 0, 2))
RIGHT = (GATEWAY_AT_PAGE, DETAILS_AT_RATINGS, NOBODY_AT_REVIEWS)
OPENED = Pair(Caller(Kind.PROXY, "reviews-v1", "reviews"), "details", (200, 200), Heard(2, 0, 0))
CLOSED = Pair(Caller(Kind.PROXY, "reviews-v2", "reviews"), "ratings", (503, 200), Heard(2, 0, 0))
DOUBTED = Pair(Caller(Kind.PROXY, "reviews-v3", "reviews"), "ratings", (200, 200), Heard(3, 0, 0))


def events(*pairs: Pair) -> list[Event]:
    """A run that tried these, and put the baseline back."""
    step = Step(Message("zero_trust.with_policies"), State(baseline()), ())
    scenario = Scenario("zero_trust", step.title, (step,), point=0, outcomes={})
    started = datetime(2026, 11, 28, 13, 30, tzinfo=UTC)
    served = Convergence("0674b94", 12.25, 7)
    return [
        Opened(scenario, ((),), "local", "local", "http://127.0.0.1:9080", "python -m scenarios", started, pid=1),
        Locked(),
        Found(Message("found.baseline")),
        Accepted(0),
        InForce(0, served),
        Sending(0, requests=6),
        *(Tried(0, pair) for pair in pairs),
        Sent(0, answers=6, seconds=0.5, logins=0),
        Restored(served),
        Over(1.5),
    ]


def trial(*pairs: Pair) -> Trial:
    return Trial.of(events(*pairs))
