"""The steps of scaling out: ratings as usual have more work than they do quickly, then only they get more instances."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import click

from platforms.bookinfo import BOOKINFO, ISTIO, baseline, load
from platforms.boundary import Replicas, Scaler, State
from platforms.cli.command_line import WholeNumber
from platforms.demo.journal import DemoPlatform
from platforms.errors import UsageError
from scenarios.enduser import ANONYMOUS
from scenarios.evidence.observation import RED_STARS
from scenarios.messages.errors import words
from scenarios.messages.message import Message, Text
from scenarios.run.cli import Command
from scenarios.scenario import Scaling, Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.versions import NAMES

_SERVICES = ("ratings",)
"""The apps whose instances do work one after the other, if a rule gives them some."""
INSTANCES = 3
_MOST_INSTANCES = 8
WORK_MS = 40
"""The work of a call, as the file has it."""
QUICKER = Fraction(3, 4)
"""With twice as many instances a request waits for half as many others: a quarter less time shows that, on a busy machine too."""
_PAGES = 600
"""So many leave a percentile between two that are near: of p95, a dozen pages that were under way while a machine stood still count for nothing."""
_LEAK = Fraction(1, 100)
HPA, REPLICAS = "hpa", "replicas"


def scenario(service: str, instances: int, *, by: str = "", grows: bool = True) -> Scenario:
    """Build the steps: as usual, then with so many instances; it is `fitted` to a demo before it is run."""
    state = State(baseline().overlaid(load(ISTIO / "scale_out.yaml")))
    app = Message(f"app.{service}")
    pages = Expectation(
        ANONYMOUS,
        {RED_STARS: Fraction(1)},
        margin=_LEAK,
        aspect=Aspect.PAGE,
        leak=_LEAK,
        requests=_PAGES,
    )
    more = Message("step.scaled", app=app, n=instances) if grows else Message("step.not_scaled", app=app)
    scaling = Scaling(f"{service}-v1", instances if grows else 0, QUICKER, by=by if grows else REPLICAS)
    notes = [Message("note.work", app=app)]
    if not grows:
        notes.append(Message("note.not_scaled", app=app))
    return Scenario(
        name="scale_out",
        title=Message("title.scale_out", app=app, n=instances) if grows else more,
        steps=(
            Step(Message("step.as_usual", app=app), state, (pages,), ratings=True),
            Step(more, state, (pages,), ratings=True, scaling=scaling),
        ),
        point=1,
        outcomes=NAMES,
        notes=tuple(notes),
    )


def fitted(scenario: Scenario, platform: DemoPlatform) -> Scenario:
    """Return the scenario for a demo that can scale; raises UsageError for one that cannot do so as is asked for."""
    first, last = scenario.steps
    wanted, scaler = last.scaling, platform.scaler
    if wanted is None or scaler is None:
        raise UsageError(words(Message("error.no_scaler", platform=platform.name)))
    usual = platform.workloads().get(BOOKINFO.workload(wanted.workload), 1)
    wanted = replace(wanted, queue_ms=first.users * WORK_MS // usual)
    if not wanted.instances:
        return replace(scenario, steps=(first, replace(last, scaling=replace(wanted, instances=usual))))
    if wanted.instances < 2 * usual:
        names = {"workload": wanted.workload, "instances": str(wanted.instances), "least": str(2 * usual)}
        raise UsageError(words(Message("error.few_instances", usual=usual, **names)))
    by = _way(wanted.by, scaler, platform.name)
    state = replace(last.state, scaled=(Replicas(wanted.workload, wanted.instances, under_load=by == HPA),))
    notes: tuple[Text, ...] = (*scenario.notes, Message("note.by_load")) if by == HPA else scenario.notes
    return replace(scenario, steps=(first, replace(last, state=state, scaling=replace(wanted, by=by))), notes=notes)


def _way(asked: str, scaler: Scaler, platform: str) -> str:
    """Return how the instances come: as is asked for, or else by the platform's autoscaler if it has one."""
    if asked == HPA and not scaler.has_autoscaler:
        raise UsageError(words(Message("error.no_autoscaler", platform=platform)))
    by = asked or (HPA if scaler.has_autoscaler else REPLICAS)
    if by == HPA and not scaler.knows_load():
        raise UsageError(words(Message("error.no_metrics")))
    return by


_OPTIONS = (
    click.Option(["--service"], type=click.Choice(_SERVICES), default=_SERVICES[0]),
    click.Option(["--instances"], type=WholeNumber(2, _MOST_INSTANCES, example="3"), metavar="N", default=INSTANCES),
    click.Option(["--by"], type=click.Choice((HPA, REPLICAS))),
    click.Option(["--without-scaling"], is_flag=True),
)


def _build(
    _margin: Fraction, *, service: str, instances: int, by: str | None, without_scaling: bool, **_: object
) -> Scenario:
    return scenario(service, instances, by=by or "", grows=not without_scaling)


COMMAND = Command(
    name="scale_out",
    title="only ratings get more instances",
    example="--instances 3",
    options=_OPTIONS,
    build=_build,
    fit=fitted,
)
