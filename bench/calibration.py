"""Whether the verdicts keep their promise: simulated meshes, right and wrong ones, through the real test and the real judge.

Every claim of the three scenarios is put to meshes that do as it says, and to meshes that are off by exactly what must
be caught. Beside it: the requests that a fixed number would take, Wald's bound for what any test of the same errors needs
on average, and the usual rule of thumb, which sends 100 requests and lets every count be off by 10.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rich.table import Table

from scenarios import canary, fault_ratings, user_routing
from scenarios.evidence.judge import Verdict, judge
from scenarios.evidence.observation import Tally
from scenarios.messages.figures import percent
from scenarios.messages.message import Text
from scenarios.scenario import Scenario
from scenarios.statistics import binomial
from scenarios.statistics.claim import Claim, Expectation, plan
from scenarios.statistics.sequential import Watch

SEED = 20_24
MARGIN = Fraction(5, 100)
STILL_UNDER_WAY = 15
"""Answers that come after it was sure: of 16 visitors, one has just been heard."""
RULE_OF_THUMB, TOLERANCE = 100, 10
_LEAK = "leak"
_SURE = 0.95
RUNS = 10_000
"""So many right meshes that a judge who is wrong 3 times in 1,000 instead of once is seen in 9 of 10 calibrations."""
_WRONG_PART = 10
"""A wrong mesh of 10: a judge who misses 3 in 100 is seen with that much fewer."""
_AMISS = 0.002  # of so many calibrations of a right judge, one calls it wrong, half of them on either side

Shares = Mapping[Text, Fraction]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of so many simulated meshes."""

    runs: int
    fails: int
    mean: float
    """Requests sent, on average."""
    thumb: int
    """How many of them the rule of thumb would have failed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A claim before right meshes, or, with `wrong` saying what is wrong with them, before wrong ones."""

    claim: str
    wrong: str
    most: int
    fixed: int
    wald: float
    tried: Tried

    @property
    def limit(self) -> float:
        """The share of failed runs that is not exceeded, 95 times sure, or, of wrong meshes, that is reached."""
        least = self.tried.runs - self.tried.fails if self.wrong else self.tried.fails
        above = binomial.highest_share(least, self.tried.runs, 1 - _SURE)
        return 1 - above if self.wrong else above

    @property
    def holds(self) -> bool:
        """Whether the promise may be kept: so many failed runs are what chance allows."""
        runs, fails = self.tried.runs, self.tried.fails
        if self.wrong:
            return fails >= binomial.allowed(runs, Fraction(str(binomial.POWER)), _AMISS).low
        return fails <= binomial.allowed(runs, Fraction(str(binomial.FALSE_ALARM)), _AMISS).high

    def document(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return {
            "claim": self.claim,
            "mesh": self.wrong or "right",
            "runs": self.tried.runs,
            "fails": self.tried.fails,
            "limit": self.limit,
            "requests_mean": self.tried.mean,
            "requests_most": self.most,
            "requests_fixed": self.fixed,
            "requests_wald": self.wald,
            "rule_of_thumb_fails": self.tried.thumb,
            "holds": self.holds,
        }


def measured(runs: int) -> Iterator[Row]:
    """So many right meshes and a tenth as many of each wrong kind, for every claim; the same ones every time."""
    for name, claim in claims():
        dice = random.Random(f"{SEED} {name}")  # noqa: S311  # dice, not secrets
        for wrong, shares in {"": claim.expectation.shares, **wrongs(claim)}.items():
            yield Row(
                name,
                wrong,
                claim.requests,
                fixed(claim),
                wald(claim),
                try_out(claim, shares, max(1, runs // _WRONG_PART) if wrong else runs, dice),
            )


def claims() -> Iterator[tuple[str, Claim]]:
    """The claims of the three scenarios as a run plans them, and first the one that others measure by."""
    alone = Expectation("", {"v1": Fraction(90, 100), "v2": Fraction(10, 100)}, margin=MARGIN)
    yield "90 : 10, nothing else", plan([alone], [None])[0]
    even, weighted = _planned(canary.scenario(canary.Weights.parse("90,10,0"), MARGIN))
    yield "canary, even split", even
    yield "canary 90,10,0", weighted
    chosen, others, *_ = _planned(user_routing.scenario("opennaru", MARGIN))
    yield "user routing, the user", chosen
    yield "user routing, another", others
    for fault in (fault_ratings.Fault.ABORT, fault_ratings.Fault.DELAY):
        yield f"fault, {fault.value}", _planned(fault_ratings.scenario(fault, "v3", MARGIN))[1]


def wrongs(claim: Claim) -> dict[str, Shares]:
    """What must be caught: every different share off by the margin, up and down, and the leak."""
    expectation = claim.expectation
    found = {
        f"{percent(share)} is {percent(wrong)}": _with(expectation.shares, outcome, wrong)
        for share, outcome in {share: outcome for outcome, share in expectation.figures.items()}.items()
        for wrong in binomial.deviations(share, expectation.margin)
    }
    if expectation.sure:
        excluded = next((outcome for outcome, share in expectation.shares.items() if not share), _LEAK)
        found[f"leak of {percent(expectation.leak)}"] = _with(expectation.shares, excluded, expectation.leak)
    return found


def fixed(claim: Claim) -> int:
    """The requests that a fixed number would take, with all of either error for itself."""
    expectation, figures, requests = claim.expectation, list(claim.expectation.figures.values()), 0
    if figures and claim.early:
        false_alarm = claim.early / binomial.EARLY
        requests = binomial.requests_needed(figures, margin=expectation.margin, false_alarm=false_alarm)
    return max(requests, binomial.unbroken(expectation.leak) if expectation.sure else 0)


def wald(claim: Claim) -> float:
    """What no test of the same errors falls short of on average, on a right mesh (Wald 1945)."""
    expectation = claim.expectation
    false_alarm, missed = binomial.FALSE_ALARM, 1 - binomial.POWER
    error = (1 - false_alarm) * math.log((1 - false_alarm) / missed) + false_alarm * math.log(
        false_alarm / (1 - missed)
    )
    bounds = [
        error / _information(float(share), float(wrong))
        for share in expectation.figures.values()
        for wrong in binomial.deviations(share, expectation.margin)
    ]
    if expectation.sure:  # no false alarm is possible
        bounds.append(math.log(missed) / math.log1p(-float(expectation.leak)))
    return max(bounds)


def try_out(claim: Claim, shares: Shares, runs: int, dice: random.Random) -> Tried:
    """Put the claim to so many meshes with these shares."""
    outcomes, weights = list(shares), [float(share) for share in shares.values()]
    fails = sent = thumb = 0
    for _ in range(runs):
        answers = dice.choices(outcomes, weights, k=max(claim.requests, RULE_OF_THUMB))
        requests, verdict = _run(claim, answers[: claim.requests])
        sent += requests
        fails += verdict is Verdict.FAILS
        thumb += not _within_tolerance(claim.expectation.shares, answers[:RULE_OF_THUMB])
    return Tried(runs, fails, sent / runs, thumb)


def sees(runs: int) -> float:
    """How often so many right meshes tell a judge who is wrong 3 times in 1,000 from one who keeps the promise."""
    most = binomial.allowed(runs, Fraction(str(binomial.FALSE_ALARM)), _AMISS).high
    return 1 - binomial.below(most + 1, requests=runs, share=Fraction(3, 1000))


def render(rows: list[Row]) -> Table:
    """One line per claim and kind of mesh."""
    runs = rows[0].tried.runs
    seen = sees(runs)
    caption = (
        f"failed: of {runs:,} simulated right meshes, which may fail 1 time in 1,000, or of {max(1, runs // _WRONG_PART):,} wrong ones, which"
        " must 99 in 100\n"
        "limit: at most (right) or at least (wrong) so many of them, 95 times sure\n"
        f"±{TOLERANCE} of {RULE_OF_THUMB}: how many of them the usual rule of thumb fails\n"
        f"met: a judge that fails 3 right meshes in 1,000 is seen in {int(100 * seen)} of 100 such calibrations"
    )
    table = Table(box=None, header_style="bold", pad_edge=False, caption=caption, caption_justify="left")
    table.add_column("claim", no_wrap=True)
    table.add_column("mesh", no_wrap=True)
    headings = ("failed", "limit", "requests", "at most", "fixed", "Wald", f"±{TOLERANCE} of {RULE_OF_THUMB}", "met")
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            "" if row.wrong else row.claim,
            row.wrong or "right",
            f"{row.tried.fails:,}",
            f"{row.limit * row.tried.runs:,.1f}",
            f"{row.tried.mean:,.0f}",
            *(("", "", "") if row.wrong else (f"{row.most:,}", f"{row.fixed:,}", f"{row.wald:,.0f}")),
            f"{row.tried.thumb:,}",
            "[green]✓[/]" if row.holds else "[red]✗[/]",
        )
    return table


def _planned(scenario: Scenario) -> tuple[Claim, ...]:
    return plan(scenario.expectations, [None] * len(scenario.expectations))


def _run(claim: Claim, answers: list[Text]) -> tuple[int, Verdict]:
    """How many requests were sent, and the verdict."""
    watch, sent = Watch(claim), len(answers)
    for number, outcome in enumerate(answers):
        if watch.heard(number, outcome):
            sent = min(len(answers), number + 1 + STILL_UNDER_WAY)
            break
    counts = Counter(answers[:sent])
    requests = watch.decision.answers if watch.decision else sent
    return requests, judge(claim, Tally(counts, {}, pages=sent), early=watch.decision).verdict


def _with(shares: Shares, outcome: Text, share: Fraction) -> Shares:
    """These shares with one of them changed, at the expense of all others."""
    rest = (1 - share) / (1 - shares.get(outcome, 0))
    return {**{other: other_share * rest for other, other_share in shares.items()}, outcome: share}


def _within_tolerance(shares: Shares, answers: list[Text]) -> bool:
    counts = Counter(answers)
    due = {outcome: float(len(answers) * share) for outcome, share in shares.items()}
    return all(abs(counts[outcome] - due.get(outcome, 0.0)) <= TOLERANCE for outcome in {*shares, *counts})


def _information(share: float, wrong: float) -> float:
    """What one answer of a right mesh says on average against the wrong share (Kullback and Leibler 1951)."""
    terms = ((share, wrong), (1 - share, 1 - wrong))
    return math.fsum(p * math.log(p / q) if q else math.inf for p, q in terms)
