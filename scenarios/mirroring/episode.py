"""The step of mirroring: everybody sees v1, and another version gets copies."""

from __future__ import annotations

from fractions import Fraction

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.cli.command_line import WholeNumber
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS
from scenarios.messages.message import Message, Text
from scenarios.patch import with_value, without
from scenarios.run.cli import Command
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Expectation
from scenarios.statistics.counting import CallKind, Counting
from scenarios.versions import NAMES, STARS, VERSIONS

SEEN = "v1"
_ALL = 100


def rule(version: str, percent: int) -> ResourceSet:
    """Return `istio/mirroring.yaml` with this version, and this percentage of copies."""
    copied = with_value(load(ISTIO / "mirroring.yaml"), "reviews", ("http", 0, "mirror", "subset"), version)
    return with_value(copied, "reviews", ("http", 0, "mirrorPercentage", "value"), percent)


def scenario(version: str, percent: int, margin: Fraction, *, without_mirror: bool = False) -> Scenario:
    """Claim that nobody sees the version, and that it gets its copies; `without_mirror` is what must FAIL."""
    seen: dict[Text, Fraction] = {one: Fraction(one == SEEN) for one in VERSIONS}
    rules = rule(version, percent)
    if without_mirror:
        for field in ("mirror", "mirrorPercentage"):
            rules = without(rules, "reviews", ("http", 0, field))
    return Scenario(
        name="mirroring",
        title=Message("title.mirroring", percent=percent, version=version),
        steps=(
            Step(
                Message("step.mirrored", percent=percent, version=version),
                State(baseline().overlaid(rules)),
                (Expectation(ANONYMOUS, seen, margin=margin),),
                counting=Counting(
                    CallKind.MIRRORED, "productpage-v1", "reviews", version, Fraction(percent, _ALL), margin
                ),
            ),
        ),
        point=0,
        outcomes=NAMES,
        notes=_notes(version, without_mirror=without_mirror),
    )


def _notes(version: str, *, without_mirror: bool) -> tuple[Message, ...]:
    if without_mirror:
        return (Message("note.no_mirror"),)
    return (Message("note.copies", version=version),)


_OPTIONS = (
    click.Option(["--to", "to_"], type=click.Choice(tuple(STARS)), default="v2"),
    click.Option(["--percent"], type=WholeNumber(1, _ALL, example="20"), default=20, metavar="PERCENT"),
    click.Option(["--no-mirror"], is_flag=True),
)


def _build(margin: Fraction, *, to_: str, percent: int, no_mirror: bool, **_: object) -> Scenario:
    return scenario(to_, percent, margin, without_mirror=no_mirror)


COMMAND = Command(
    name="mirroring",
    title="copies for a version that nobody sees",
    example="--to v2 --percent 20",
    options=_OPTIONS,
    build=_build,
)
