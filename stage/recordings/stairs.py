"""A rollout's staircase as far as it has come, told by the events of its run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from scenarios.events.event import Accepted, Answered, Ended, Event, InForce, Opened, RolledBack, Sent
from scenarios.evidence.judgement import Verdict as Judged
from scenarios.evidence.observation import Observation
from stage.picture import StairView, Verdict


@dataclass(frozen=True, slots=True)
class Stair:
    """One step: since when the new version had its share, and what came of it."""

    step: int
    share: float
    began: float
    ended: float = 0.0
    answers: Mapping[str, int] = field(default_factory=dict)
    verdict: Verdict = ""
    rolled_back: bool = False

    def answered(self, seen: Iterable[Observation]) -> Stair:
        """Return it after some more answers."""
        counts = dict(self.answers)
        for one in seen:
            if version := one.marks.get("reviews-version"):
                counts[version] = counts.get(version, 0) + 1
        return replace(self, answers=counts)

    def view(self) -> StairView:
        return StairView(
            self.share,
            round(self.began * 1000),
            round(self.ended * 1000),
            dict(sorted(self.answers.items())),
            self.verdict,
            self.rolled_back,
        )


Stairs = tuple[Stair, ...]
_VERDICTS: Mapping[Judged, Verdict] = {
    Judged.HOLDS: "HOLDS",
    Judged.FAILS: "FAILS",
    Judged.INCONCLUSIVE: "INCONCLUSIVE",
}


def after(stairs: Stairs, event: Event, opened: Opened) -> Stairs:
    """Return the stairs after one more event of the run; none of a run that is no rollout."""
    if isinstance(event, InForce) and (share := _share(opened, event.step)) is not None:
        return (*stairs, Stair(event.step, share, event.at))
    if not stairs:
        return ()
    *below, last = stairs
    match event:
        case Accepted() if event.step > last.step:  # no step is taken after one that does not hold
            last = replace(last, verdict="HOLDS", ended=event.at)
        case Answered():
            last = last.answered(event.seen)
        case Sent() if not last.ended:
            last = replace(last, ended=event.at)
        case RolledBack():
            last = replace(last, ended=event.at, rolled_back=True)
        case Ended():
            last = replace(last, verdict=_VERDICTS[event.verdict])
    return (*below, last)


def _share(opened: Opened, step: int) -> float | None:
    """The share that a step asks for its new version; None of one that compares none."""
    health = opened.scenario.steps[step].health
    return float(opened.claims[step][0].expectation.shares[health.new]) if health else None
