"""Answers over time: how many of each outcome came in each slice of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from scenarios.evidence.observation import Observation, Tally
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message, Text

MOST_SLICES = 300
"""More are neither told apart in a drawing nor worth their bytes."""
NO_ANSWER = Message("outcome.no_answer")
_STEPS_MS = tuple(digit * power for power in (100, 1_000, 10_000, 100_000, 1_000_000) for digit in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one step: how many answers came, by outcome, in consecutive slices of the run."""

    first: int
    """The number of the first slice that has any; the run's first is 0."""
    counts: Mapping[Text, tuple[int, ...]]


def slice_ms(seconds: float) -> int:
    """The length of a slice of such a run: 100 ms, or as much longer as keeps a long run in few slices."""
    return next((step for step in _STEPS_MS if seconds * 1000 <= step * MOST_SLICES), _STEPS_MS[-1])


def answers(
    seen: Iterable[Observation], count: Callable[[Iterable[Observation]], Tally], *, began: float, width_ms: int
) -> Answers:
    """Sort the answers into slices by when they came, and count each slice as the whole step is counted.

    By the sender's clock, which may be another machine's: what came before the run or long after it is in its first or last.
    """
    slices: dict[int, list[Observation]] = defaultdict(list)
    for one in seen:
        slices[min(MOST_SLICES - 1, max(0, int(1000 * (one.at - began) // width_ms)))].append(one)
    if not slices:
        return Answers(0, {})
    first, last = min(slices), max(slices)
    tallies = {number: _by_outcome(count(within)) for number, within in slices.items()}
    outcomes = sorted({outcome for tally in tallies.values() for outcome in tally}, key=english)
    return Answers(
        first,
        {
            outcome: tuple(tallies.get(number, {}).get(outcome, 0) for number in range(first, last + 1))
            for outcome in outcomes
        },
    )


def _by_outcome(tally: Tally) -> dict[Text, int]:
    found = dict(tally.outcomes)
    if tally.unknown:
        found[NO_ANSWER] = tally.unknown
    return found
