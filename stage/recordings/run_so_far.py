"""A run as far as it has come: its events folded into what the stage shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from platforms.bookinfo import baseline
from platforms.boundary import Convergence, State
from platforms.errors import UsageError
from scenarios.enduser import shown
from scenarios.events.event import (
    Accepted,
    Answered,
    Ended,
    Event,
    Failed,
    InForce,
    Locked,
    Opened,
    Restored,
    RolledBack,
    Sending,
    Sent,
    Tried,
)
from scenarios.evidence import pair
from scenarios.evidence.observation import Observation
from scenarios.evidence.pair import Pair
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.trial.words import CLAIMS, held
from scenarios.statistics.claim import Claim, power
from stage import talk
from stage.parts import RuleStatus
from stage.picture import Origin, RunView, TriedView, Verdict
from stage.recordings import facts, stairs
from stage.recordings.stairs import Stairs

BASELINE = RuleStatus("baseline", Message("run.baseline"), State(baseline()))


@dataclass(frozen=True, slots=True)
class RunSoFar:
    """One run, after each of its events another value."""

    opened: Opened
    is_locked: bool = False
    """It holds the demo: nobody else changes anything meanwhile."""
    step: int | None = None
    answers: int = 0
    """Of the step, as `most` is."""
    most: int = 0
    rule: RuleStatus = BASELINE
    """The one in force, or on its way there, as far as this run has changed it."""
    verdict: Verdict = ""
    reasons: tuple[Text, ...] = ()
    facts: tuple[Text, ...] = ()
    error: Text = ""
    is_cut_off: bool = False
    pairs: tuple[Pair, ...] = ()
    """Those that a trial has tried."""
    stairs: Stairs = ()

    @classmethod
    def begun(cls, event: Event) -> RunSoFar:
        """Return the run of this first event; raises UsageError for another one."""
        if not isinstance(event, Opened):
            raise UsageError("no recording of a run: it begins otherwise")
        return cls(event)

    @property
    def is_over(self) -> bool:
        return bool(self.verdict or self.error or self.is_cut_off)

    def after(self, event: Event) -> RunSoFar:
        """Return the run after one more of its events."""
        match event:
            case Locked():
                changes: dict[str, Any] = {"is_locked": True}
            case Accepted() | InForce() | RolledBack() | Restored():
                changes = self._ruled(event)
            case Sending():
                changes = {"step": event.step, "answers": 0, "most": event.requests}
            case Answered() | Tried():
                changes = self._counted(event)
            case Sent():
                changes = {"answers": event.answers, "most": event.answers}
            case Ended():
                changes = {
                    "verdict": event.verdict.name,
                    "reasons": event.reasons or (self._shown(),),
                }
            case Failed():
                changes = {"error": event.why}
            case _:
                changes = {}
        told = (*self.facts, *facts.told(event, self.opened))
        return replace(self, stairs=stairs.after(self.stairs, event, self.opened), facts=told, **changes)

    def cut_off(self) -> RunSoFar:
        """Return the run without an end of its own."""
        return replace(self, is_cut_off=True)

    def answered(self, seen: Observation) -> RunSoFar:
        """Return the run after one more answer of its step."""
        *below, last = self.stairs or (None,)
        taller = (*below, last.answered((seen,))) if last else ()
        return replace(self, answers=self.answers + 1, stairs=taller)

    def view(self, language: Language, origin: Origin) -> RunView:
        scenario = self.opened.scenario
        step = "" if self.step is None else render(scenario.steps[self.step].title, language)
        return RunView(
            origin=origin,
            scenario=scenario.name,
            title=render(scenario.title, language),
            command=self.opened.command,
            claims=tuple(self._claims(language)),
            step=step,
            answers=self.answers,
            of=self.most,
            verdict=self.verdict,
            facts=tuple(render(fact, language) for fact in self.facts),
            reasons=tuple(render(_beside_drawing(reason), language) for reason in self.reasons),
            error=talk.notice(language, "cut_off") if self.is_cut_off else render(self.error, language),
            tried=tuple(
                TriedView(*ends, state)
                for ends, state in pair.arrows((one.ends, one.drawn) for one in self.pairs).items()
            ),
            stairs=tuple(one.view() for one in self.stairs),
        )

    def _claims(self, language: Language) -> list[str]:
        """Say what each step claims of whom; those of whom the same is claimed are named together, as in a terminal."""
        if self._is_trial:
            return [render(claim, language) for claim in CLAIMS]
        steps = zip(self.opened.scenario.steps, self.opened.claims, strict=True)
        return [
            talk.notice(
                language,
                "claim",
                step=render(step.title, language),
                who=render(_together([shown(claim.expectation.end_user) for claim in alike]), language),
                asked=", ".join(render(one, language) for one in asked),
            )
            for step, claims in steps
            for asked, alike in groupby(claims, key=self._asked)
        ]

    def _asked(self, claim: Claim) -> list[Text]:
        names = self.opened.scenario.outcomes
        return [
            Message("run.asked", outcome=names.get(outcome, outcome), share=share)
            for outcome, share in claim.expectation.shares.items()
        ]

    def _counted(self, event: Answered | Tried) -> dict[str, Any]:
        if isinstance(event, Tried):
            return {"answers": self.answers + len(event.pair.answers), "pairs": (*self.pairs, event.pair)}
        return {"answers": self.answers + len(event.seen)}

    def _ruled(self, event: Accepted | InForce | RolledBack | Restored) -> dict[str, Any]:
        if isinstance(event, Restored):
            return {"rule": in_force(BASELINE.title, BASELINE.state, event.convergence, event.at)}
        scenario = self.opened.scenario
        step = scenario.steps[event.step]
        match event:
            case Accepted():
                return {"rule": RuleStatus("applying", step.title, step.state, step.state.resources.revision)}
            case InForce():
                rule = in_force(step.title, step.state, event.convergence, event.at)
                return {"step": event.step, "rule": rule, "answers": 0, "most": 0}
            case RolledBack() if (
                scenario.fallback and step.health
            ):  # said at once: the verdict has to wait for all answers
                return {"rule": in_force(Message("step.rolled_back"), scenario.fallback, event.convergence, event.at)}
        return {}

    @property
    def _is_trial(self) -> bool:
        """Tell whether it tries who may call whom: then it claims no shares."""
        return not any(self.opened.claims)

    def _shown(self) -> Message:
        """Say what a run that holds has shown."""
        if self._is_trial:
            return held(self.pairs)
        if health := next((step.health for step in self.opened.scenario.steps if step.health), None):
            return Message("power.rollout", worse=health.worse, slower=health.slower_ms)
        steps = zip(self.opened.scenario.steps, self.opened.claims, strict=True)
        return power([(step.title, claims) for step, claims in steps])


def in_force(title: Text, state: State, convergence: Convergence, at: float) -> RuleStatus:
    """Return the status of a rule that every proxy has served since a moment, in seconds since 1970."""
    return RuleStatus(
        "baseline" if state == BASELINE.state else "in_force",
        title,
        state,
        convergence.revision,
        convergence.proxies,
        convergence.milliseconds,
        since_ms=round(at * 1000),
    )


def _beside_drawing(reason: Text) -> Text:
    """Leave out of a reason what is drawn beside it."""
    if isinstance(reason, Message) and reason.key == "zero_trust.opened":
        return Message("zero_trust.opened_drawn", **{name: field for name, field in reason.fields if name != "arrows"})
    return reason


def _together(names: Sequence[Text]) -> Text:
    return names[0] if len(names) == 1 else Message("run.each", names=names)
