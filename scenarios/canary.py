"""Episode 3: a canary release. First all versions get even shares, then shares by weight."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.errors import UsageError
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS
from scenarios.messages.errors import words
from scenarios.messages.message import Message, Text
from scenarios.patch import with_value
from scenarios.run.cli import Command, main
from scenarios.scenario import Scenario, Step
from scenarios.statistics.binomial import SMALLEST_SHARE
from scenarios.statistics.claim import Expectation
from scenarios.versions import NAMES, VERSIONS

MOST = 1_000_000
_LONGEST = 100
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the versions of reviews, in proportion to each other."""

    of: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `90,10,0`; raises UsageError for anything but one plain whole number per version."""
        if len(text) > _LONGEST:
            raise UsageError(words(Message("error.weights_long", size=len(text))))
        found = text.split(",")
        if len(found) != len(VERSIONS):
            raise UsageError(words(Message("error.weights_count", given=ascii(text), n=len(found) if text else 0)))
        for word in found:
            if not _DIGITS.fullmatch(word) or int(word) > MOST:
                raise UsageError(words(Message("error.weight", given=ascii(text), word=ascii(word), most=MOST)))
        weights = cls(tuple(map(int, found)))
        if not sum(weights.of):
            raise UsageError(words(Message("error.weights_zero", given=ascii(text))))
        return weights

    @property
    def shares(self) -> dict[Text, Fraction]:
        return {version: Fraction(weight, sum(self.of)) for version, weight in zip(VERSIONS, self.of, strict=True)}

    def __str__(self) -> str:
        return ",".join(map(str, self.of))


_EVENLY = Weights((1,) * len(VERSIONS))


def rule(weights: Weights) -> ResourceSet:
    """Return `istio/canary.yaml` with these weights."""
    resources = load(ISTIO / "canary.yaml")
    for position, weight in enumerate(weights.of):
        resources = with_value(resources, "reviews", ("http", 0, "route", position, "weight"), weight)
    return resources


def scenario(weights: Weights, margin: Fraction) -> Scenario:
    """Build both columns of the slide: the even split, then the weights."""
    evenly: dict[Text, Fraction] = dict.fromkeys(VERSIONS, Fraction(1, len(VERSIONS)))
    even = Expectation(ANONYMOUS, evenly, margin=_coarser(margin))
    weighted = Expectation(ANONYMOUS, weights.shares, margin=margin)
    return Scenario(
        name="canary",
        title=str(weights),
        steps=(
            Step(Message("step.even_split"), State(baseline()), (even,), where_uneven=_by_weight(_EVENLY)),
            Step(str(weights), _by_weight(weights), (weighted,)),
        ),
        point=1,
        outcomes=NAMES,
        notes=tuple(
            Message("note.too_little", version=version, share=share)
            for version, share in weights.shares.items()
            if 0 < share < SMALLEST_SHARE
        ),
    )


def _by_weight(weights: Weights) -> State:
    return State(baseline().overlaid(rule(weights)))


def _coarser(margin: Fraction) -> Fraction:
    """The margin of the even split, which only supports the claim: twice as large, it takes a quarter of the requests."""
    return min(2 * margin, Fraction(1, 2))


_WEIGHTS = click.Option(["--weights"], metavar="V1,V2,V3", default="90,10,0")


def _build(margin: Fraction, *, weights: str, **_: object) -> Scenario:
    return scenario(Weights.parse(weights), margin)


COMMAND = Command(
    name="canary",
    title="a canary release",
    example="--weights 90,10,0",
    options=(_WEIGHTS,),
    build=_build,
)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
