"""One step of a run: its state put in force, its requests sent, and both witnesses' counts read."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from platforms.boundary import CONVERGENCE_SECONDS, Platform, State
from platforms.errors import NotConverged
from platforms.wait import wait_while
from scenarios.events.event import (
    Accepted,
    Answered,
    Counted,
    Ejected,
    InForce,
    Scaled,
    Sending,
    Sent,
)
from scenarios.events.stream import Stream
from scenarios.evidence.changes import instance_changes, rule_updates
from scenarios.evidence.health import HealthTest
from scenarios.evidence.proxy_counts import read_settled
from scenarios.evidence.recovery import RecoveryProbe
from scenarios.evidence.request_witness import find_contradiction, read_log, without_strangers
from scenarios.evidence.visits.ejection import watch_ejection
from scenarios.evidence.visits.growth import GrowthProbe
from scenarios.messages.message import Message, Text
from scenarios.run.gate import Gate, decided
from scenarios.run.traffic import Traffic, UserLoad
from scenarios.scenario import Step
from scenarios.statistics.claim import Aspect, Claim

_STILL_SERVED_SECONDS = 3.0
"""How long the proxies get to prove that the rule stayed in force: one that crashed meanwhile is being restarted."""
_POLL_SECONDS = 0.02
_IDLE_SECONDS = 15.0
"""How long calls that are under way get to end: nobody in the demo waits longer than reviews v2 for ratings, 10 s."""
_IDLE_SECONDS_WITH_LOG = 1.0
"""The same where a log tells our calls from all others, so that these need not end."""
_MOST_USERS = 64


@dataclass(frozen=True, slots=True)
class StepContext:
    """The platform, traffic and stream that all steps of a run share."""

    platform: Platform
    traffic: Traffic
    rate: float | None
    stream: Stream
    fallback: State | None = None
    """What a step that does not hold is taken back to."""

    def gate(self, number: int, step: Step, claims: Sequence[Claim]) -> Gate | None:
        """Return what decides on a step of a rollout; None for a step that compares no versions."""
        if step.health is None or self.fallback is None:
            return None
        test = HealthTest(step.health, {claim.expectation.end_user: claim.requests for claim in claims})
        return Gate(number, test, claims, self.platform, self.fallback, self.stream.publish)


def run_step(
    number: int, step: Step, claims: tuple[Claim, ...], context: StepContext, *, lifts_fault: bool
) -> Gate | None:
    """Put the step in force, wait until it is, and send its requests until its claims are sure; return its gate, if it has one."""
    platform, traffic, publish = context.platform, context.traffic, context.stream.publish
    with (
        RecoveryProbe(platform.gateway_url) if lifts_fault else contextlib.nullcontext() as probe,
        GrowthProbe(platform, step.scaling) if step.scaling else contextlib.nullcontext() as growth,
    ):
        applied_at = time.time()
        platform.apply(step.state)
        publish(Accepted(number, at=applied_at))
        publish(InForce(number, platform.wait_until_converged(step.state, timeout=CONVERGENCE_SECONDS)))
    if step.ejection and step.ejection.awaited:
        publish(Ejected(number, step.ejection, watch_ejection(platform, step.ejection)))
    if growth:
        platform.wait_until_converged(step.state, timeout=CONVERGENCE_SECONDS)
        publish(Scaled(number, growth.wanted, growth.record))
    log = platform.request_log
    only_ours = log is not None and step.counting is None
    """Calls of others are left out by the log; but what it does not tell, such as a time-out, is counted of everybody."""
    patience = _IDLE_SECONDS_WITH_LOG if only_ours else _IDLE_SECONDS
    busy = _wait_until_idle(platform, "doubt.calls_before", patience)
    mark = ""
    if log is not None:
        log.clear()
        mark = log.mark()
    instances, updates, before = platform.instances(), platform.updates(), read_settled(platform.upstream_requests)
    if growth:
        growth.count_from_here()
    gate = context.gate(number, step, claims)
    publish(Sending(number, sum(claim.requests for claim in claims)))
    sent = traffic.send(
        traffic.gateway_url or platform.gateway_url,
        split_load(step, claims, context.rate),
        rate=context.rate,
        mark=mark,
        on_answer=lambda seen: publish(Answered(number, (seen,))),
        stop_when=gate or decided(number, claims, publish),
    )
    publish(Sent(number, len(sent.observations), sent.seconds, sent.logins))
    superseded: Text = ""
    if not (gate and gate.rolled_back):  # then it is this run that put something else in force
        superseded = _superseded(platform, step.state) or rule_updates(updates, platform.updates())
    busy = busy or _wait_until_idle(platform, "doubt.calls_after", patience)
    calls = read_log(log, mark, sent.observations)
    counters = read_settled(platform.upstream_requests).since(before)
    if only_ours:
        counters = without_strangers(counters, calls, len(sent.observations) + sent.logins, busy=bool(busy))
    publish(
        Counted(
            number,
            counters,
            pages_logged=len(calls.answered) if calls else None,
            recovery=probe.recovery if probe else None,
            contradiction=find_contradiction(calls, sent.observations),
            superseded=superseded,
            instance_changes=instance_changes(instances, platform.instances()),
            calls_under_way="" if only_ours else busy,
            sent=growth.sent() if growth else {},
            touched=growth.touched() if growth else (),
        )
    )
    return gate


def split_load(step: Step, claims: Sequence[Claim], rate: float | None) -> list[UserLoad]:
    """The load of every end user: at least one request at a time each, the others in proportion to their requests."""
    total = sum(claim.requests for claim in claims)
    users = step.users if rate is None else min(_MOST_USERS, max(step.users, math.ceil(rate / 4)))
    return [
        UserLoad(
            claim.expectation.end_user,
            claim.requests,
            min(claim.requests, max(1, round(users * claim.requests / total))),
            path=claim.expectation.path,
            headers=claim.expectation.headers,
            follow=claim.expectation.aspect is not Aspect.STATUS,
        )
        for claim in claims
    ]


def _superseded(platform: Platform, state: State) -> str:
    """Return how the state did not stay in force; empty if every proxy still serves it."""
    try:
        platform.wait_until_converged(state, timeout=_STILL_SERVED_SECONDS)
    except NotConverged as error:
        return str(error)
    return ""


def _wait_until_idle(platform: Platform, when: str, patience: float) -> Text:
    """Wait until no call is under way, since a late one would be counted for the wrong step; return what still is.

    A call outlives its page: what reviews v2 asks of late ratings is answered after the page has gone out.
    """
    calls = wait_while(platform.under_way, patience, every=_POLL_SECONDS)
    return Message(when, n=calls, patience=patience) if calls else ""
