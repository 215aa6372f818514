"""A rollout that decides by itself: a new version of reviews gets more and more of the traffic while it is as good as the old one."""

from __future__ import annotations

import sys
from collections.abc import Collection
from fractions import Fraction

import click

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.cli.command_line import DecimalNumber, WholeNumber
from platforms.errors import UsageError
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS, parse_name
from scenarios.messages.errors import words
from scenarios.messages.message import Message, Text
from scenarios.release.breakage import Breakage
from scenarios.release.stairs import ALL, Stairs
from scenarios.release.upgrade import CONTROL, Upgrade, rule, rule_before
from scenarios.run.cli import Command, main
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation
from scenarios.statistics.health import Health
from scenarios.versions import NAMES, VERSIONS

_MOST_VISITORS = 6
_LONGEST = 100
_HALF = Fraction(1, 2)
_USERS_OF_EACH = 4
"""How many pages at a time, per visitor: in the last step half of them are the control visitor's, so that none is far ahead."""


def scenario(upgrade: Upgrade, stairs: Stairs, margin: Fraction, visitors: tuple[str, ...]) -> Scenario:
    """Build a step per percentage, each of which must hold before the next is taken."""
    steps = tuple(_step(upgrade, percent, margin, visitors, steps=len(stairs.of)) for percent in stairs.of)
    key = "title.rollout_broken" if upgrade.breakage else "title.rollout"
    return Scenario(
        name="rollout",
        title=Message(key, old=upgrade.old, new=upgrade.new, steps=str(stairs)),
        steps=steps,
        point=len(steps) - 1,
        outcomes=NAMES,
        fallback=State(baseline().overlaid(ResourceSet((*rule_before(upgrade), *_broken(upgrade, ALL))))),
        notes=tuple(_notes(upgrade, stairs, visitors)),
    )


def _broken(upgrade: Upgrade, percent: int) -> ResourceSet:
    """Return the rules that break the new version when it gets this percentage of the traffic."""
    return upgrade.breakage.rule(percent) if upgrade.breakage else ResourceSet(())


def _step(upgrade: Upgrade, percent: int, margin: Fraction, visitors: tuple[str, ...], *, steps: int) -> Step:
    everybody = [
        _expect({upgrade.old: ALL - percent, upgrade.new: percent}, name, margin if name == ANONYMOUS else 3 * margin)
        for name in visitors
    ]
    share = Fraction(percent, ALL)
    if percent == ALL:  # the control visitor asks as often as all others together
        everybody.append(_expect({upgrade.old: ALL}, CONTROL, margin, part=len(visitors)))
        share = _HALF
    return Step(
        Message("step.share", percent=percent, version=upgrade.new),
        State(baseline().overlaid(ResourceSet((*rule(upgrade, percent), *_broken(upgrade, percent))))),
        tuple(everybody),
        users=_USERS_OF_EACH * len(visitors),
        health=Health(upgrade.new, upgrade.old, share, upgrade.worse, slower_ms=upgrade.slower_ms, steps=steps),
    )


def _expect(percents: dict[str, int], end_user: str, margin: Fraction, *, part: int = 1) -> Expectation:
    shares: dict[Text, Fraction] = {version: Fraction(percents.get(version, 0), ALL) for version in VERSIONS}
    return Expectation(end_user, shares, margin=min(margin, _HALF), aspect=Aspect.ANSWERED, part=part)


def _notes(upgrade: Upgrade, stairs: Stairs, visitors: Collection[str]) -> list[Message]:
    notes = []
    if stairs.of[-1] == ALL:
        notes.append(Message("note.control", user=CONTROL, old=upgrade.old, new=upgrade.new))
    if upgrade.breakage:
        notes.append(Message("note.broken", version=upgrade.new))
        if upgrade.breakage.user and upgrade.breakage.user not in visitors:
            notes.append(Message("note.broken_unseen", version=upgrade.new, user=upgrade.breakage.user))
    return notes


def _visitors(text: str) -> tuple[str, ...]:
    """Parse who visits beside the anonymous."""
    names = [parse_name(name, option="--visitors") for name in text.split(",")] if text else []
    if len(names) > _MOST_VISITORS or len(set(names)) < len(names) or CONTROL in names:
        raise UsageError(
            words(Message("error.visitors", given=ascii(text[:_LONGEST]), most=_MOST_VISITORS, control=CONTROL))
        )
    return (ANONYMOUS, *names)


_OPTIONS = (
    click.Option(["--to", "to_"], metavar="VERSION", default="v2"),
    click.Option(["--from", "from_"], metavar="VERSION", default="v1"),
    click.Option(["--steps"], metavar="PERCENTS", default="10,50,100"),
    click.Option(
        ["--worse"],
        type=DecimalNumber(Fraction(1, 2), Fraction(20), example="1"),
        metavar="POINTS",
        default=Fraction(1),
    ),
    click.Option(["--slower"], type=WholeNumber(0, 10_000, example="200"), metavar="MS", default=200),
    click.Option(["--visitors"], metavar="NAMES", default="opennaru,somebody"),
    click.Option(["--break", "break_"], metavar="WHAT"),
)


def _build(
    margin: Fraction,
    *,
    to_: str,
    from_: str,
    steps: str,
    worse: Fraction,
    slower: int,
    visitors: str,
    break_: str | None,
    **_: object,
) -> Scenario:
    for option, version in (("--to", to_), ("--from", from_)):
        if version not in VERSIONS:
            raise UsageError(
                words(Message("error.version", option=option, given=ascii(version[:_LONGEST]), versions=VERSIONS))
            )
    if to_ == from_:
        raise UsageError(words(Message("error.same_version", version=to_)))
    breakage = None if break_ is None else Breakage.parse(break_, to=to_)
    upgrade, stairs = Upgrade(to_, from_, worse / ALL, slower, breakage), Stairs.parse(steps)
    if breakage and breakage.start > stairs.of[-1]:
        raise UsageError(
            words(Message("error.break_never", given=ascii(break_), steps=str(stairs), last=stairs.of[-1]))
        )
    return scenario(upgrade, stairs, margin, _visitors(visitors))


COMMAND = Command(
    name="rollout",
    title="a rollout that decides by itself",
    example="--to v2 --steps 10,50,100",
    options=_OPTIONS,
    build=_build,
)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
