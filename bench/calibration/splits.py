"""Calibration of the verdicts: simulated meshes, right and wrong ones, through the real test and the real judge.

Every kind of claim that the scenarios make is tested on meshes that fulfil it, and on meshes that deviate by exactly what
must be caught. Beside it: the size of a fixed sample, Wald's bound for the mean of any test with the same errors, and the
usual rule of thumb, which sends 100 requests and tolerates a deviation of 10 in every count.
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

from bench.calibration.claims import claims_made
from scenarios.evidence.judge import judge
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import Tally
from scenarios.messages.figures import percent
from scenarios.messages.message import Text
from scenarios.statistics import binomial
from scenarios.statistics.claim import Claim, Expectation, plan_claims
from scenarios.statistics.sequential import SequentialTest

SEED = 20_24
MARGIN = Fraction(5, 100)
STILL_UNDER_WAY = 15
"""Answers that arrive after the decision: of 16 users, all but one have a request under way."""
RULE_OF_THUMB, TOLERANCE = 100, 10
_LEAK = "leak"
_SURE = 0.95
RUNS = 10_000
"""The number of right meshes with which a judge that is wrong twice in 1,000 instead of once in 4,000 is detected in 9 of 10 calibrations."""
_WRONG_PART = 10
"""Right meshes per wrong one: a judge that misses 3 in 100 is detected with so many fewer."""
_CALIBRATION_ALPHA = 0.002
"""The share of calibrations that fail although the judge is right, half of them on either side."""

Shares = Mapping[Text, Fraction]


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """The verdicts on simulated meshes."""

    runs: int
    fails: int
    mean: float
    """Requests sent, on average."""
    thumb: int
    """The number of meshes that the rule of thumb fails."""


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """A claim on right meshes or, where `wrong` names a deviation, on wrong ones."""

    claim: str
    wrong: str
    most: int
    fixed_sample_size: int
    wald_bound: float
    tried: SimulationResult

    @property
    def limit(self) -> float:
        """The 95 % confidence bound of the share of failed runs: an upper one for right meshes, a lower one for wrong ones."""
        least = self.tried.runs - self.tried.fails if self.wrong else self.tried.fails
        above = binomial.upper_bound(least, self.tried.runs, 1 - _SURE)
        return 1 - above if self.wrong else above

    @property
    def holds(self) -> bool:
        """Return whether the number of failed runs is compatible with the promise."""
        runs, fails = self.tried.runs, self.tried.fails
        if self.wrong:
            return fails >= binomial.allowed(runs, Fraction(str(binomial.POWER)), _CALIBRATION_ALPHA).low
        return fails <= binomial.allowed(runs, Fraction(str(binomial.ALPHA)), _CALIBRATION_ALPHA).high

    def document(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return {
            "claim": self.claim,
            "mesh": self.wrong or "right",
            "runs": self.tried.runs,
            "fails": self.tried.fails,
            "limit": self.limit,
            "requests_mean": self.tried.mean,
            "requests_most": self.most,
            "requests_fixed": self.fixed_sample_size,
            "requests_wald": self.wald_bound,
            "rule_of_thumb_fails": self.tried.thumb,
            "holds": self.holds,
        }


def calibrate(runs: int) -> Iterator[CalibrationRow]:
    """Simulate `runs` right meshes and a tenth as many of each wrong kind, for every claim; the same ones every time."""
    for name, claim in claims():
        dice = random.Random(f"{SEED} {name}")  # noqa: S311  # dice, not secrets
        for wrong, shares in {"": claim.expectation.shares, **deviating_shares(claim)}.items():
            yield CalibrationRow(
                name,
                wrong,
                claim.requests,
                fixed_sample_size(claim),
                wald_bound(claim),
                simulate(claim, shares, max(1, runs // _WRONG_PART) if wrong else runs, dice),
            )


def claims() -> Iterator[tuple[str, Claim]]:
    """Each kind of claim that the scenarios make, as a run plans it, and first the one that is usual elsewhere."""
    split = Expectation("", {"v1": Fraction(90, 100), "v2": Fraction(10, 100)}, margin=MARGIN)
    yield "90 : 10, nothing else", plan_claims([split], [None])[0]
    yield from claims_made(MARGIN)


def deviating_shares(claim: Claim) -> dict[str, Shares]:
    """The deviations that must be caught: every different share off by the margin, up and down, and the leak."""
    expectation = claim.expectation
    found = {
        f"{percent(share)} is {percent(wrong)}": _with(expectation.shares, outcome, wrong)
        for share, outcome in {share: outcome for outcome, share in expectation.random_shares.items()}.items()
        for wrong in binomial.alternatives(share, expectation.margin)
    }
    if expectation.has_certain_outcome:
        excluded = next((outcome for outcome, share in expectation.shares.items() if not share), _LEAK)
        found[f"leak of {percent(expectation.leak)}"] = _with(expectation.shares, excluded, expectation.leak)
    return found


def fixed_sample_size(claim: Claim) -> int:
    """The size of a fixed sample that has all of either error for itself."""
    expectation, figures, requests = claim.expectation, list(claim.expectation.random_shares.values()), 0
    if figures and claim.sequential_alpha:
        alpha = claim.sequential_alpha / binomial.SEQUENTIAL_SHARE
        requests = binomial.requests_needed(figures, margin=expectation.margin, alpha=alpha)
    return max(requests, binomial.requests_to_exclude(expectation.leak) if expectation.has_certain_outcome else 0)


def wald_bound(claim: Claim) -> float:
    """A lower bound for the mean sample size of any test with the same errors, on a right mesh (Wald 1945)."""
    expectation = claim.expectation
    alpha, beta = binomial.ALPHA, 1 - binomial.POWER
    error = (1 - alpha) * math.log((1 - alpha) / beta) + alpha * math.log(alpha / (1 - beta))
    bounds = [
        error / _information(float(share), float(wrong))
        for share in expectation.random_shares.values()
        for wrong in binomial.alternatives(share, expectation.margin)
    ]
    if expectation.has_certain_outcome:  # no false alarm is possible
        bounds.append(math.log(beta) / math.log1p(-float(expectation.leak)))
    return max(bounds)


def simulate(claim: Claim, shares: Shares, runs: int, dice: random.Random) -> SimulationResult:
    """Test the claim on `runs` meshes with these shares."""
    outcomes, weights = list(shares), [float(share) for share in shares.values()]
    fails = sent = thumb = 0
    for _ in range(runs):
        answers = dice.choices(outcomes, weights, k=max(claim.requests, RULE_OF_THUMB))
        requests, verdict = _run(claim, answers[: claim.requests])
        sent += requests
        fails += verdict is Verdict.FAILS
        thumb += not _within_tolerance(claim.expectation.shares, answers[:RULE_OF_THUMB])
    return SimulationResult(runs, fails, sent / runs, thumb)


def detection_rate(runs: int) -> float:
    """The share of calibrations with so many right meshes that detect a judge that is wrong twice in 1,000."""
    most = binomial.allowed(runs, Fraction(str(binomial.ALPHA)), _CALIBRATION_ALPHA).high
    return 1 - binomial.probability_below(most + 1, requests=runs, share=Fraction(2, 1000))


def render(rows: list[CalibrationRow]) -> Table:
    """Render a table with one line per claim and kind of mesh."""
    runs = rows[0].tried.runs
    seen = detection_rate(runs)
    caption = (
        f"failed: of {runs:,} simulated right meshes, which may fail once in {round(1 / binomial.ALPHA):,}, or of {max(1, runs // _WRONG_PART):,} wrong ones, which"
        " must 99 in 100\n"
        "limit: at most (right) or at least (wrong) so many of them, 95 times sure\n"
        f"±{TOLERANCE} of {RULE_OF_THUMB}: how many of them the usual rule of thumb fails\n"
        f"met: a judge that fails 2 right meshes in 1,000 is seen in {int(100 * seen)} of 100 such calibrations"
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
            *(("", "", "") if row.wrong else (f"{row.most:,}", f"{row.fixed_sample_size:,}", f"{row.wald_bound:,.0f}")),
            f"{row.tried.thumb:,}",
            "[green]✓[/]" if row.holds else "[red]✗[/]",
        )
    return table


def _run(claim: Claim, answers: list[Text]) -> tuple[int, Verdict]:
    """Run one simulated mesh; return the number of requests and the verdict."""
    test, sent = SequentialTest(claim), len(answers)
    for number, outcome in enumerate(answers):
        if test.observe(number, outcome):
            sent = min(len(answers), number + 1 + STILL_UNDER_WAY)
            break
    counts = Counter(answers[:sent])
    requests = test.decision.answers if test.decision else sent
    return requests, judge(claim, Tally(counts, {}, pages=sent), early=test.decision).verdict


def _with(shares: Shares, outcome: Text, share: Fraction) -> Shares:
    """Return the shares with one of them changed, at the expense of all others."""
    rest = (1 - share) / (1 - shares.get(outcome, 0))
    return {**{other: other_share * rest for other, other_share in shares.items()}, outcome: share}


def _within_tolerance(shares: Shares, answers: list[Text]) -> bool:
    counts = Counter(answers)
    due = {outcome: float(len(answers) * share) for outcome, share in shares.items()}
    return all(abs(counts[outcome] - due.get(outcome, 0.0)) <= TOLERANCE for outcome in {*shares, *counts})


def _information(share: float, wrong: float) -> float:
    """The mean information of one answer of a right mesh against the wrong share (Kullback and Leibler 1951)."""
    terms = ((share, wrong), (1 - share, 1 - wrong))
    return math.fsum(p * math.log(p / q) if q else math.inf for p, q in terms)
