"""Episode 2: one user, one version. Only opennaru sees v3, with its red stars."""

from __future__ import annotations

import sys
from fractions import Fraction

import click

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.errors import UsageError
from platforms.istio.resources import ResourceSet
from scenarios.enduser import ANONYMOUS, header_form, parse_name, similar_names
from scenarios.messages.errors import words
from scenarios.messages.message import Message, Text
from scenarios.patch import with_value
from scenarios.run.cli import Command, main
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Expectation
from scenarios.versions import NAMES, VERSIONS

SLIDE_USER = "opennaru"
CHOSEN = "v3"
OTHERS = {
    "even": {"v1": 50, "v2": 50},
    "v1": {"v1": 100},
    "v2": {"v2": 100},
}
"""The weights of the versions for all others."""


def rule(user: str, others: str) -> ResourceSet:
    """Return `istio/user_routing.yaml` with this user, and with the route that `others` names for everybody else."""
    resources = with_value(load(ISTIO / "user_routing.yaml"), "reviews", _USER, header_form(user))
    return with_value(resources, "reviews", ("http", 1, "route"), _route(OTHERS[others]))


def rule_on_slide(user: str) -> ResourceSet:
    """Return the slide's rule; verbatim for the slide's user."""
    return with_value(load(ISTIO / "as-on-slide" / "user_routing.yaml"), "reviews", _USER, header_form(user))


def scenario(user: str, margin: Fraction, *, others: str = "even", as_on_slide: bool = False) -> Scenario:
    """Claim that the user always sees v3, and that the anonymous, another user and similar names never do."""
    weights = OTHERS[others]
    elsewhere: dict[Text, Fraction] = {version: Fraction(weights.get(version, 0), 100) for version in VERSIONS}
    chosen = Expectation(user, {version: Fraction(version == CHOSEN) for version in VERSIONS}, margin=margin)
    names = similar_names(user)

    def other(who: str, leak_shared_by: int = 1) -> Expectation:
        return Expectation(
            who, elsewhere, margin=_coarser(margin), group=Message("who.others"), leak_shared_by=leak_shared_by
        )

    resources = rule_on_slide(user) if as_on_slide else rule(user, others)
    return Scenario(
        name="user_routing",
        title=Message("title.as_on_slide", user=user) if as_on_slide else user,
        steps=(
            Step(
                Message("step.only_user", user=user, version=CHOSEN),
                State(baseline().overlaid(resources)),
                (chosen, *map(other, strangers(user)), *(other(name, leak_shared_by=len(names)) for name in names)),
                users=12,  # two for each end user; those with similar names end sooner
            ),
        ),
        point=0,
        outcomes=NAMES,
        notes=_notes(user, as_on_slide=as_on_slide),
    )


def strangers(user: str) -> list[str]:
    """Return end users who have nothing in common with the user."""
    other = "somebody" if "somebody" not in (user, *similar_names(user)) else "nobody"
    return [ANONYMOUS, other]


def _coarser(margin: Fraction) -> Fraction:
    """The margin of the others' split, which only supports the claim that none of them sees v3."""
    return min(3 * margin, Fraction(1, 2))


def _notes(user: str, *, as_on_slide: bool) -> tuple[Message, ...]:
    notes = []
    if header_form(user) != user:
        notes.append(Message("note.header", user=user, header=header_form(user)))
    if names := similar_names(user)[1:]:
        notes.append(Message("note.alike", names=names, last=similar_names(user)[0]))
    if as_on_slide:
        notes.append(
            Message("note.slide_verbatim", version=CHOSEN)
            if user == SLIDE_USER
            else Message("note.slide_other", user=user, other=SLIDE_USER, version=CHOSEN)
        )
    return tuple(notes)


def _route(weights: dict[str, int]) -> list[dict[str, object]]:
    return [
        {"destination": {"host": "reviews", "subset": version}, "weight": weight} for version, weight in weights.items()
    ]


_USER = ("http", 0, "match", 0, "headers", "end-user", "exact")


_OPTIONS = (
    click.Option(["--user"], metavar="NAME", default=SLIDE_USER),
    click.Option(
        ["--others"],
        type=click.Choice(tuple(OTHERS)),
    ),
    click.Option(["--as-on-slide"], is_flag=True),
)


def _build(margin: Fraction, *, user: str, others: str | None, as_on_slide: bool, **_: object) -> Scenario:
    if as_on_slide and others:
        raise UsageError(words(Message("error.others_twice")))
    return scenario(parse_name(user), margin, others=others or "even", as_on_slide=as_on_slide)


COMMAND = Command(
    name="user_routing",
    title="one user, one version",
    example="--user opennaru",
    options=_OPTIONS,
    build=_build,
)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
