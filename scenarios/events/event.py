"""The events of a run, each with its moment: everything that a terminal, a report or the stage shows of it.

They are facts and messages, and no sentence in any language. What is judged can be judged again from them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from platforms.boundary import Convergence
from platforms.counters import Counters
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import Observation
from scenarios.evidence.pair import Pair
from scenarios.evidence.recovery import Recovery
from scenarios.evidence.visits.ejection import EjectionRecord
from scenarios.evidence.visits.growth import GrowthRecord
from scenarios.messages.message import Message, Text
from scenarios.scenario import Ejection, Scaling, Scenario
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import Claim
from scenarios.statistics.sequential import Decision

VERSION = 1
"""Of the form in which events are recorded; a reader refuses another."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run."""

    at: float = field(default_factory=time.time, kw_only=True)
    """The moment, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """A run is about to begin, and what it claims is fixed: always the first event."""

    scenario: Scenario
    """With the notes of the platform."""
    claims: tuple[tuple[Claim, ...], ...]
    """Per step, one per expectation."""
    platform: str
    """`local` or `kubernetes`."""
    key: str
    """The demo's folder in the run folder."""
    url: str
    """The page."""
    command: str
    started: datetime
    """The moment before the platform was connected to, with the offset of the place's time."""
    pid: int
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """Something to know that changes nothing."""

    text: Text


@dataclass(frozen=True, slots=True)
class Locked(Event):
    """The run holds the lock of the demo: nobody else changes it from here on."""


@dataclass(frozen=True, slots=True)
class Found(Event):
    """The page answers, and this is in force."""

    state: Message


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    """The platform took the state of a step, which it was given at this moment."""

    step: int
    """Its index in the scenario."""


@dataclass(frozen=True, slots=True)
class InForce(Event):
    """Every proxy serves the state of a step."""

    step: int
    convergence: Convergence


@dataclass(frozen=True, slots=True)
class Ejected(Event):
    """An instance is out of the balancing, or back in it, as the step waits for; or that was given up."""

    step: int
    wanted: Ejection
    seen: EjectionRecord


@dataclass(frozen=True, slots=True)
class Scaled(Event):
    """All instances that a step asks for can be called; or that was given up."""

    step: int
    wanted: Scaling
    seen: GrowthRecord


@dataclass(frozen=True, slots=True)
class Sending(Event):
    """The requests of a step begin."""

    step: int
    requests: int
    """How many there are at most."""


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """Answers have come, in this order; each knows its own moment."""

    step: int
    seen: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Tried(Event):
    """Somebody has called an app, in a step that tries who may call whom."""

    step: int
    pair: Pair


@dataclass(frozen=True, slots=True)
class Decided(Event):
    """A claim is sure before all its requests were sent."""

    step: int
    claim: int
    """Its index among those of the step."""
    decision: Decision


@dataclass(frozen=True, slots=True)
class Compared(Event):
    """The comparison of two versions is sure, together with all else in its step, or that one is worse."""

    step: int
    answers: int
    """The number of answers that it rests on, in the order in which they were asked for."""


@dataclass(frozen=True, slots=True)
class RolledBack(Event):
    """A step does not hold, so what was there before was applied at this moment, and is in force."""

    step: int
    convergence: Convergence
    answers: int
    """How many answers of the step had come by then."""


@dataclass(frozen=True, slots=True)
class Sent(Event):
    """The last answer of a step has come."""

    step: int
    answers: int
    seconds: float
    """From the first request to the last answer."""
    logins: int


@dataclass(frozen=True, slots=True)
class Counted(Event):
    """The second witness of a step, and what casts doubt on both."""

    step: int
    counters: Counters
    """What the proxies counted during the step."""
    pages_logged: int | None = None
    """Requests for which the log of productpage's proxy says who answered; None where there is no such log."""
    recovery: Recovery | None = None
    """What visitors saw while a fault was lifted, if this step lifts one."""
    contradiction: Text = ""
    """The page that the proxy's log contradicts, if any."""
    superseded: Text = ""
    """How the step's state did not stay in force, if it did not."""
    instance_changes: tuple[Message, ...] = ()
    """Which instances were replaced during the step."""
    calls_under_way: Text = ""
    """Which calls were under way when counting began or ended, if any were."""
    sent: Mapping[str, int] = field(default_factory=dict)
    """The calls to each instance of a workload that the step scales."""
    touched: tuple[Message, ...] = ()
    """Which others were replaced since before the step, if it scales a workload."""


@dataclass(frozen=True, slots=True)
class Restored(Event):
    """The baseline is in force again."""

    convergence: Convergence


@dataclass(frozen=True, slots=True)
class Kept(Event):
    """The rule of the last step stays in force, as it was asked for."""


@dataclass(frozen=True, slots=True)
class NotRestored(Event):
    """The baseline is not back although the run itself ended well."""

    why: Text
    kind: str
    """The class of the error, such as `NotConverged`."""
    exit_code: int


@dataclass(frozen=True, slots=True)
class Over(Event):
    """Nothing is measured any more: what comes after this follows from what came before."""

    seconds: float
    """Since the run was started."""


@dataclass(frozen=True, slots=True)
class Judged(Event):
    """The verdict on a claim."""

    step: int
    claim: int
    """Its index among those of the step."""
    verdict: Verdict
    reason: Text
    """Why it does not hold; empty if it does."""
    requests: int
    counts: Mapping[Text, int]
    """The answers that the verdict rests on, by outcome."""
    allowed: Mapping[Text, Range]
    """The counts of so many answers that do not speak against the claim."""


@dataclass(frozen=True, slots=True)
class Ended(Event):
    """The run came to its verdict: the last event, unless it failed."""

    verdict: Verdict
    reasons: tuple[Text, ...]
    exit_code: int


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The run ended without a verdict: the last event then."""

    why: Text
    kind: str
    """The class of the error, such as `Interrupted`."""
    exit_code: int


KINDS: tuple[type[Event], ...] = (
    Opened,
    Noted,
    Locked,
    Found,
    Accepted,
    InForce,
    Ejected,
    Scaled,
    Sending,
    Answered,
    Tried,
    Decided,
    Compared,
    RolledBack,
    Sent,
    Counted,
    Restored,
    Kept,
    NotRestored,
    Over,
    Judged,
    Ended,
    Failed,
)
Last = Ended | Failed
"""No other event comes after one of these."""
