"""The page's time budget as a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from scipy.stats import binom

from scenarios.evidence.judge import judge
from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.latency import judge_budget, judge_latency
from scenarios.evidence.observation import NO_RATINGS, Observation, tally
from scenarios.messages.catalogue import english
from scenarios.statistics.binomial import ALPHA
from scenarios.statistics.claim import Aspect, most_late, plan_claims
from tests.unit.scenarios.builders import claim, expectation

ON_TIME, LATE = 0.001, 1.001
TWO_AT_A_TIME = 0.5


def pages(seconds: Sequence[float], *, every: float = TWO_AT_A_TIME) -> list[Observation]:
    """Pages that took so long, asked for one after the other, whether or not the one before has come."""
    marks = {"end-user": "", "details": "shown", "reviews": "shown", "review-count": "2", "ratings": "unavailable"}
    return [
        Observation("", 200, 1000 * took, marks, number=number, at=number * every + took)
        for number, took in enumerate(seconds)
    ]


def judgement(seen: Sequence[Observation], verdict: Verdict = Verdict.HOLDS, seconds: float | None = 1.0) -> Judgement:
    """The claim that these pages come within a second."""
    asked = {NO_RATINGS: Fraction(1)}
    expected = replace(expectation(aspect=Aspect.PAGE), shares=asked, budget=seconds, within=7.0)
    (own,) = plan_claims([expected], [len(seen)])
    return Judgement(own, tally(seen, Aspect.PAGE, within=7.0), verdict)


def some_late(late: int, of: int) -> list[Observation]:
    """Evenly spread, so that no moment explains them."""
    return pages([LATE if number * late % of < late else ON_TIME for number in range(of)], every=2.0)


def test_what_has_no_budget_cannot_be_late() -> None:
    """Then there is no claim."""
    late = some_late(100, 100)

    assert None is judge_budget(judgement(late, seconds=None))
    assert Verdict.HOLDS is judge_latency(judgement(late, seconds=None), late, None).verdict


@pytest.mark.parametrize(("of", "most", "caught"), [(44, 9, "0.381"), (459, 41, "0.126"), (10, 4, "0.782")])
def test_only_what_chance_does_not_explain_refutes_a_budget(of: int, most: int, caught: str) -> None:
    """A mesh with 5 of 100 late pages fails as seldom as a run may, and what is said to be caught is."""
    own = judgement(some_late(0, of)).claim

    assert (most, Fraction(caught)) == (most_late(own, of), own.detectable_late_share)
    assert binom.sf(most, of, 0.05) <= ALPHA < binom.sf(most - 1, of, 0.05)
    assert binom.sf(most, of, float(caught)) >= 0.99 > binom.sf(most, of, float(caught) - 0.001)


@pytest.mark.parametrize(
    ("late", "verdict", "found"),
    [
        (0, Verdict.HOLDS, Verdict.HOLDS),
        (9, Verdict.HOLDS, Verdict.HOLDS),
        (10, Verdict.HOLDS, Verdict.FAILS),
        (10, Verdict.FAILS, Verdict.FAILS),
        (0, Verdict.FAILS, Verdict.HOLDS),
        (10, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (0, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ],
)
def test_a_budget_has_its_own_verdict(late: int, verdict: Verdict, found: Verdict) -> None:
    """But none where nothing can be relied on."""
    time = judge_budget(judgement(some_late(late, 44), verdict))

    assert time is not None
    assert (44 - late, late, found) == (time.on_time, time.late, time.verdict)
    assert "35–44" == str(time.allowed)  # noqa: RUF001  # a range


def test_a_budget_shares_the_false_alarms_of_its_run() -> None:
    """Beside a split it gets half, and so allows more."""
    alone = replace(expectation(v3=1), budget=1.0)
    (shared, _) = plan_claims([alone, expectation(v1=Fraction(1, 10), v2=Fraction(9, 10))], [459, None])
    (whole,) = plan_claims([alone], [459])

    assert (ALPHA / 2, ALPHA) == (shared.alpha, whole.alpha)
    assert most_late(shared, 459) > most_late(whole, 459)


def test_two_pages_cannot_tell() -> None:
    """Two late pages are compatible with 5 of 100 late ones."""
    assert not replace(claim(2, v3=1), expectation=replace(expectation(v3=1), budget=1.0)).is_conclusive


def test_a_claim_that_is_late_fails() -> None:
    """However right its pages are."""
    late = some_late(30, 44)
    judged = judge_latency(judgement(late), late, 900.0)

    assert Verdict.FAILS is judged.verdict
    assert "95 of 100 pages were to come within 1 s, and took up to 1.0 s" == english(judged.reason)


def test_pages_that_were_under_way_at_one_moment_accuse_nobody() -> None:
    """While everything stands still, 16 visitors wait: one pause, no slow mesh. Nor is it a mesh that is in time."""
    stuck = pages([ON_TIME] * 12 + [LATE] * 16 + [ON_TIME] * 16, every=0.01)
    judged = judge_latency(judgement(stuck), stuck, 900.0)

    assert Verdict.INCONCLUSIVE is judged.verdict
    assert english(judged.reason) == (
        "16 of 44 pages took longer than 1 s, and 16 of them were under way at the same moment: everything may have stood still"
    )


def test_a_pause_excuses_no_others() -> None:
    """Of pages that were late at other moments, more than chance explains are left."""
    stuck = pages([LATE] * 16, every=0.01) + [
        replace(page, at=page.at + 60) for page in pages([LATE] * 10 + [ON_TIME] * 18)
    ]

    assert Verdict.FAILS is judge_latency(judgement(stuck), stuck, 900.0).verdict


@pytest.mark.parametrize(("apart", "verdict"), [(0.0, Verdict.INCONCLUSIVE), (20.0, Verdict.FAILS)])
def test_pages_that_are_no_answer_any_more_are_late_too(apart: float, verdict: Verdict) -> None:
    """Longer than late ratings would have taken: by one pause, or again and again."""
    seen = pages([7.5, 7.5, *[ON_TIME] * 42], every=apart)
    own = judgement(seen).claim
    judged = judge(own, tally(seen, Aspect.PAGE, within=7.0))

    assert (Verdict.FAILS, verdict) == (judged.verdict, judge_latency(judged, seen, 900.0).verdict)


def test_a_machine_that_was_slow_before_accuses_nobody() -> None:
    """Nothing is known of the fault if pages without it are over the budget too."""
    late = some_late(30, 44)
    judged = judge_latency(judgement(late), late, 1200.0)

    assert Verdict.INCONCLUSIVE is judged.verdict
    assert english(judged.reason).endswith("up to 1.2 s before there was a fault: this machine is too slow to tell")


@pytest.mark.parametrize("verdict", [Verdict.FAILS, Verdict.INCONCLUSIVE])
def test_what_is_settled_stays_so(verdict: Verdict) -> None:
    """A claim that fails for its pages fails for them, with its own reason."""
    late = some_late(44, 44)
    before = judgement(late, verdict)

    assert before == judge_latency(before, late, None)
