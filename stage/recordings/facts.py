"""What a run has found out beside its verdict, as soon as an event tells it: what no lane and no map can show."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.events.event import Counted, Ejected, Event, Opened, RolledBack, Scaled
from scenarios.evidence.counted import judge_counting, named
from scenarios.messages.message import Message, Text
from scenarios.reporting.lines import ejection_line, parts_line, scaled_line


def told(event: Event, opened: Opened) -> Iterator[Text]:
    """Yield what an event of a run adds to what is known."""
    steps = opened.scenario.steps
    match event:
        case RolledBack() if health := steps[event.step].health:
            after = event.convergence.milliseconds
            yield Message("run.taken_back", step=steps[event.step].title, old=health.old, after=after)
        case Ejected():
            yield ejection_line(steps[event.step].title, event.wanted, event.seen)
        case Scaled():
            yield scaled_line(steps[event.step].title, event.wanted, event.seen)
        case Counted() if event.sent:
            yield parts_line(event.sent)
        case Counted() if counting := steps[event.step].counting:
            alpha = opened.claims[event.step][0].alpha
            found = judge_counting(counting, event.counters, alpha=alpha, disagreement=None)
            if found.counted is not None:
                yield Message("run.told", what=named(counting), counted=found.counted, calls=found.calls)
