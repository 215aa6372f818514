"""The steps of circuit breaking: all instances are well, then one hangs and is kept out, then it is well and taken back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.cli.command_line import WholeNumber
from platforms.demo.journal import DemoPlatform
from platforms.errors import UsageError
from platforms.istio.resources import Resource, ResourceSet
from scenarios.enduser import ANONYMOUS
from scenarios.evidence.observation import BLACK_STARS, NO_REVIEWS, NO_STARS, RED_STARS
from scenarios.messages.errors import words
from scenarios.messages.message import Message
from scenarios.run.cli import Command
from scenarios.scenario import Ejection, Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.versions import NAMES, VERSIONS

SICK = "v2"
OUT_SECONDS = 30
_WAITS_SECONDS = 2
"""How long callers wait for reviews, as the file has it."""
_HALF, _LEAK = Fraction(1, 2), Fraction(1, 100)
_MARGINS = 3
"""The splits only support the claim: three times the margin takes a ninth of the requests."""


def rule(out_seconds: int = OUT_SECONDS, *, detects: bool = True) -> ResourceSet:
    """Return `istio/circuit_breaking.yaml` with this time for which an instance is kept out, or without outlier detection."""
    return ResourceSet(
        tuple(_breaker(one, out_seconds, detects=detects) for one in load(ISTIO / "circuit_breaking.yaml"))
    )


def well(resources: ResourceSet) -> ResourceSet:
    """Leave out of the rules the fault that makes an instance hang."""
    return ResourceSet(tuple(one for one in resources if one.name != "ratings"))


def scenario(margin: Fraction, out_seconds: int, *, detects: bool = True, keep: bool = False) -> Scenario:
    """Build the steps: all are well, then one hangs and is kept out, then it is well again and taken back."""
    sick = rule(out_seconds, detects=detects)
    fine = State(baseline().overlaid(well(sick)))
    split = min(_MARGINS * margin, _HALF)
    everybody = Expectation(ANONYMOUS, dict.fromkeys(VERSIONS, Fraction(1, len(VERSIONS))), margin=split)
    others = Expectation(
        ANONYMOUS,
        {NO_STARS: _HALF, BLACK_STARS: Fraction(0), RED_STARS: _HALF, NO_REVIEWS: Fraction(0)},
        margin=split,
        aspect=Aspect.PAGE,
        leak=min(margin, _LEAK),
        budget=_WAITS_SECONDS,
    )
    out = Ejection(SICK, out=True, seconds=float(out_seconds), late_ms=1000 * _WAITS_SECONDS)
    steps = (
        Step(Message("step.all_well"), fine, (everybody,), ejection=replace(out, out=False, awaited=False)),
        Step(Message("step.hangs", version=SICK), State(baseline().overlaid(sick)), (others,), ejection=out),
        Step(Message("step.well_again", version=SICK), fine, (everybody,), ejection=replace(out, out=False)),
    )
    notes = [Message("note.hangs", version=SICK)]
    if not detects:
        notes.append(Message("note.no_detection", version=SICK))
    if keep:
        notes.append(Message("note.kept_fault"))
    return Scenario(
        name="circuit_breaking",
        title=Message("title.circuit" if detects else "title.circuit_open", version=SICK, seconds=out_seconds),
        steps=steps[:2] if keep else steps,
        point=1,
        outcomes=NAMES,
        notes=tuple(notes),
    )


def fitted(scenario: Scenario, platform: DemoPlatform) -> Scenario:
    """Return the scenario; raises UsageError for a demo whose versions of reviews differ in their instances: no even split is theirs."""
    reviews = {one.version: n for one, n in platform.workloads().items() if one.app == "reviews"}
    if reviews.keys() != set(VERSIONS) or len(set(reviews.values())) > 1:
        instances = [f"{version}: {n}" for version, n in sorted(reviews.items())]
        raise UsageError(words(Message("error.uneven_instances", instances=instances)))
    return scenario


def _breaker(resource: Resource, out_seconds: int, *, detects: bool) -> Resource:
    if resource.kind != "DestinationRule":
        return resource
    policy = dict(resource.spec["trafficPolicy"])
    detection = policy.pop("outlierDetection")
    if detects:
        policy["outlierDetection"] = {**detection, "baseEjectionTime": f"{out_seconds}s"}
    return replace(resource, spec={**resource.spec, "trafficPolicy": policy})


_OPTIONS = (
    click.Option(["--out"], type=WholeNumber(10, 300, example="30"), metavar="SECONDS", default=OUT_SECONDS),
    click.Option(["--without-detection"], is_flag=True),
)


def _build(margin: Fraction, *, out: int, without_detection: bool, keep: bool) -> Scenario:
    return scenario(margin, out, detects=not without_detection, keep=keep)


COMMAND = Command(
    name="circuit_breaking",
    title="an instance that hangs is kept out",
    example="--out 30",
    options=_OPTIONS,
    build=_build,
    fit=fitted,
)
