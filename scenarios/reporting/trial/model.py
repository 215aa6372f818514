"""A trial as a value: its events, judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.events.event import Accepted, Ended, Event, InForce, NotRestored, Opened, Restored, Sent, Tried
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.pair import Pair, verdict_of
from scenarios.messages.message import Message, Text
from scenarios.reporting.model import Past
from scenarios.reporting.trial.words import held, reasons
from scenarios.scenario import Step


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a run that tried who may call whom."""

    opened: Opened
    found: Message
    """What was in force before."""
    in_force: InForce
    applied_at: float
    pairs: tuple[Pair, ...]
    seconds: float
    """From the first call to the last answer."""
    total_seconds: float
    restored: Restored | None
    """None if the baseline is not in force again."""
    error: NotRestored | None
    """Why the baseline is not back although it should be."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> Trial:
        """The trial of the run that had these events; raises UsageError if it came to no verdict."""
        past = Past(events)
        over, found = past.over()
        (opened,), (in_force,), (sent,) = past.every(Opened), past.every(InForce), past.every(Sent)
        return cls(
            opened=opened,
            found=found.state,
            in_force=in_force,
            applied_at=past.every(Accepted)[0].at,
            pairs=tuple(tried.pair for tried in past.every(Tried)),
            seconds=sent.seconds,
            total_seconds=over.seconds,
            restored=next(iter(past.every(Restored)), None),
            error=next(iter(past.every(NotRestored)), None),
        )

    @property
    def step(self) -> Step:
        """The state that was tried."""
        return self.opened.scenario.steps[0]

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.pairs)

    @property
    def calls(self) -> int:
        return sum(len(pair.answers) for pair in self.pairs)

    @property
    def held(self) -> Message | None:
        """The sentence about all that holds; None if any of it does not."""
        return held(self.pairs) if self.verdict is Verdict.HOLDS else None

    @property
    def reasons(self) -> list[Text]:
        return reasons(self.pairs)

    @property
    def ending(self) -> Message:
        """The state in which the platform was left."""
        return Message("ending.restored" if self.restored else "ending.not_restored")

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else self.verdict.exit_code

    @property
    def ended(self) -> Ended:
        """The event that tells its verdict."""
        return Ended(self.verdict, tuple(self.reasons), self.exit_code)
