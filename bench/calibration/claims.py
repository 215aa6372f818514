"""Every kind of claim that the scenarios of the registry make, each once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction

import click

from scenarios.enduser import shown
from scenarios.messages.catalogue import english
from scenarios.registry import COMMANDS
from scenarios.scenario import Scenario
from scenarios.statistics.claim import Claim, plan_claims


def claims_made(margin: Fraction) -> Iterator[tuple[str, Claim]]:
    """Yield the claims of each scenario with a name, as runs plan them: without options, and with each choice of each."""
    for command in COMMANDS.values():
        known: dict[Hashable, tuple[str, Claim]] = {}
        for words in _typical_arguments(command.options):
            for name, claim in _planned(command.scenario(words, margin)):
                # A leak that several loads share is caught by all of them together, never by one.
                if claim.expectation.leak_shared_by == 1:
                    known.setdefault(_kind(claim), (f"{' '.join((command.name, *words))}: {name}", claim))
        yield from known.values()


def _typical_arguments(options: Iterable[click.Option]) -> Iterator[tuple[str, ...]]:
    yield ()
    for option in options:
        if isinstance(option.type, click.Choice):
            yield from ((option.opts[0], str(choice)) for choice in option.type.choices)


def _planned(scenario: Scenario) -> Iterator[tuple[str, Claim]]:
    """Yield the claims of a whole run, each named by its step or, of several in one, by its end user."""
    planned = iter(plan_claims(scenario.expectations, [None] * len(scenario.expectations)))
    for step in scenario.steps:
        for one in step.expectations:
            yield english(step.title if len(step.expectations) == 1 else shown(one.end_user)), next(planned)


def _kind(claim: Claim) -> Hashable:
    """All that decides how a claim is tested: two that are equal in it are tested alike."""
    of = claim.expectation
    split = (of.margin, claim.sequential_alpha) if of.random_shares else None
    return (tuple(sorted(of.shares.values())), split, of.leak, claim.requests)
