"""Calibration of the rollout: simulated releases, good and bad ones, through the real test, step by step.

A good one must be promoted and a bad one rolled back, each in 99 of 100. What is simulated is what a visitor gets: whole pages or
not, and latencies that are skewed, have a tail, and rise tenfold every few hundred answers for both versions alike, as on a busy machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rich.table import Table

from scenarios.evidence.health import HealthTest, turns
from scenarios.evidence.observation import Observation
from scenarios.release.upgrade import CONTROL
from scenarios.rollout import COMMAND
from scenarios.run.run import LoadProfile, plan_steps
from scenarios.statistics import binomial
from scenarios.statistics.comparison import Standing

SEED = 20_28
PART = 100
"""Meshes of the other calibration per release: a rollout takes thousands of answers."""
_MARGIN = Fraction(5, 100)
_SHARES = (0.1, 0.5, 1.0)
"""Of those who are not the control visitor, step by step."""
_ALPHA = 0.002
"""The share of calibrations that fail although the test is right."""
_USUAL_MS, _TAIL_MS, _MORE_MS = 40.0, 400.0, 15.0
_TAIL = 0.01
_SPELL = 300
"""Answers for which everything stays as fast, or as slow, as it is."""
_PAGE = {"details": "shown", "reviews": "shown", "review-count": "2"}
_WHOLE = {
    "v1": {**_PAGE, "reviews-version": "v1", "ratings": "not-asked", "rated-count": "0"},
    "v2": {**_PAGE, "reviews-version": "v2", "ratings": "shown", "rated-count": "2", "star-color": "black"},
}
_BROKEN = {version: {**marks, "details": "unavailable"} for version, marks in _WHOLE.items()}


@dataclass(frozen=True, slots=True)
class Point:
    """The place of an answer of the new version in a rollout."""

    step: int
    """Its index."""
    answer: int
    """How many came before it in the step."""
    end_user: str


@dataclass(frozen=True, slots=True)
class Sickness:
    """What is wrong with a release: the share of its answers that fail, and of those that are late, and by how much."""

    fails: float = 0.0
    late: float = 0.0
    by_ms: float = 0.0


Course = Callable[[Point], Sickness]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """What became of releases of one kind."""

    name: str
    good: bool
    runs: int
    promoted: int
    accused: int
    """Of those that were not promoted, how many were said to be worse; the others were not shown to be as good."""
    mean: float
    """Answers asked for, on average."""
    met: float
    """Pages of the new version that failed, on average."""

    @property
    def holds(self) -> bool:
        """Return whether so many are compatible with 99 in 100."""
        right = self.promoted if self.good else self.runs - self.promoted
        return right >= binomial.allowed(self.runs, Fraction(str(binomial.POWER)), _ALPHA).low

    def document(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return {
            "release": self.name,
            "good": self.good,
            "runs": self.runs,
            "promoted": self.promoted,
            "accused": self.accused,
            "answers_mean": self.mean,
            "failed_pages_mean": self.met,
            "holds": self.holds,
        }


def calibrate(runs: int) -> Iterator[ReleaseRow]:
    """Simulate `runs` releases of each kind; the same ones every time."""
    for name, (level, course) in KINDS.items():
        dice = random.Random(f"{SEED} {name}")  # noqa: S311  # dice, not secrets
        ends = [_release(level, course, dice) for _ in range(runs)]
        yield ReleaseRow(
            name,
            good=name.startswith("good"),
            runs=runs,
            promoted=sum(end is Standing.AS_GOOD for end, _, _ in ends),
            accused=sum(end is Standing.WORSE for end, _, _ in ends),
            mean=sum(answers for _, answers, _ in ends) / runs,
            met=sum(bad for _, _, bad in ends) / runs,
        )


def render(rows: list[ReleaseRow]) -> Table:
    """Render a table with one line per kind of release."""
    caption = f"of {rows[0].runs:,} releases each by 10,50,100 %: a good one must be promoted and a bad one rolled back in 99 of 100"
    table = Table(box=None, header_style="bold", pad_edge=False, caption=caption, caption_justify="left")
    table.add_column("release", no_wrap=True)
    for heading in ("promoted", "worse", "not shown", "requests", "failed pages", "met"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.promoted:,}",
            f"{row.accused:,}",
            f"{row.runs - row.promoted - row.accused:,}",
            f"{row.mean:,.0f}",
            f"{row.met:,.1f}",
            "[green]✓[/]" if row.holds else "[red]✗[/]",
        )
    return table


def _release(level: float, course: Course, dice: random.Random) -> tuple[Standing, int, int]:
    """Roll one release out; return where it ended, the answers that took, and how many pages of the new version failed."""
    scenario = COMMAND.scenario([], _MARGIN)
    asked = bad = 0
    for number, (step, claims) in enumerate(zip(scenario.steps, plan_steps(scenario, LoadProfile()), strict=True)):
        if step.health is None:  # pragma: no cover
            continue
        loads = {claim.expectation.end_user: claim.requests for claim in claims}
        test, standing = HealthTest(step.health, loads), Standing.OPEN
        for seen in _answers(number, loads, level, course, dice):
            standing = test.observe(seen)
            asked += 1
            bad += seen.marks["reviews-version"] == "v2" and seen.marks["details"] != "shown"
            if standing is not Standing.OPEN:
                break
        if standing is not Standing.AS_GOOD:
            return standing, asked, bad
    return Standing.AS_GOOD, asked, bad


def _answers(
    step: int, loads: Mapping[str, int], level: float, course: Course, dice: random.Random
) -> Iterator[Observation]:
    """Yield the answers of a step, in the order in which they are asked for."""
    slow, share = 1.0, _SHARES[step]
    for answer, (end_user, number) in enumerate(turns(loads)):
        if answer % _SPELL == 0:
            slow = dice.choice((1.0, 1.0, 3.0))
        version = "v2" if end_user != CONTROL and dice.random() < share else "v1"
        sick = course(Point(step, answer, end_user)) if version == "v2" else Sickness()
        took = slow * (_USUAL_MS + dice.expovariate(1 / _USUAL_MS) + _MORE_MS * (version == "v2"))
        took += dice.expovariate(1 / _TAIL_MS) if dice.random() < _TAIL else 0.0
        took += sick.by_ms if sick.late and dice.random() < sick.late else 0.0
        fails = dice.random() < level + sick.fails
        marks = (_BROKEN if fails else _WHOLE)[version]
        yield Observation(end_user, 200, took, {**marks, "end-user": end_user}, number=number)


_WELL = Sickness()
KINDS: Mapping[str, tuple[float, Course]] = {
    "good": (0.0, lambda _: _WELL),
    "good, 1 page in 2,000 of either version fails": (0.0005, lambda _: _WELL),
    "fails for 1 in 100": (0.0, lambda _: Sickness(fails=0.01)),
    "fails for 20 in 100": (0.0, lambda _: Sickness(fails=0.2)),
    "fails for 2 in 100 where 1 in 100 of v1 do": (0.01, lambda _: Sickness(fails=0.01)),
    "fails for one user in three only, 1 time in 10": (
        0.0,
        lambda moment: Sickness(fails=0.1) if moment.end_user == "opennaru" else _WELL,
    ),
    "800 ms late": (0.0, lambda _: Sickness(late=1.0, by_ms=800)),
    "800 ms late for 2 in 100": (0.0, lambda _: Sickness(late=0.02, by_ms=800)),
    "fails for 20 in 100 after 3,000 answers": (
        0.0,
        lambda moment: Sickness(fails=0.2) if moment.step or moment.answer >= 3000 else _WELL,  # noqa: PLR2004  # as it is named
    ),
    "fails for 20 in 100 at 100 % only": (
        0.0,
        lambda moment: Sickness(fails=0.2) if moment.step == 2 else _WELL,  # noqa: PLR2004  # the last of three
    ),
}
"""By name: the share of pages that fail of both versions, and what is wrong with the new one when."""
