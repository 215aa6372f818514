"""The cost and gain of stopping early: exact probabilities of every path between the boundaries."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from scenarios.evidence.judge import judge
from scenarios.evidence.judgement import Verdict
from scenarios.messages.catalogue import english
from scenarios.statistics import binomial
from scenarios.statistics.binomial import Range
from scenarios.statistics.claim import Claim, plan_claims
from scenarios.statistics.sequential import Decision, SequentialTest, TwoSidedSprt, sprt_by_outcome
from tests.unit.scenarios.builders import MARGIN, claim, expectation, tallied

NINE, ONE = Fraction(9, 10), Fraction(1, 10)
ALONE = claim(v1=NINE, v2=ONE)
CANARY = claim(v1=NINE, v2=ONE, v3=0)
ONLY_V3 = claim(end_user="opennaru", v3=1)
SHARES = st.fractions(min_value=Fraction(1, 1000), max_value=Fraction(999, 1000), max_denominator=1000)
MARGINS = st.sampled_from([Fraction(1, 50), Fraction(5, 100), Fraction(1, 10), Fraction(1, 2)])


@dataclass(frozen=True)
class Exact:
    """The fate of a claim with one random share, over all sequences of answers."""

    holds: float
    fails: float
    requests: float


def exact(one: Claim, true: float) -> Exact:
    """Follow the probability of every count, answer by answer, until it is sure or the last request is sent."""
    ((outcome, sprt),) = sprt_by_outcome(one).items()
    sure = 0 in one.expectation.shares.values()
    least = binomial.requests_to_exclude(one.expectation.leak if sure else one.expectation.margin)
    mass = np.zeros(one.requests + 1)
    mass[0] = 1.0
    holds = fails = requests = 0.0
    for answers in range(1, one.requests + 1):
        mass[1:], mass[0] = mass[1:] * (1 - true) + mass[:-1] * true, mass[0] * (1 - true)
        last = answers == one.requests
        not_rejected = one.allowed[outcome] if last else sprt.non_rejection_region(answers)
        accepted = not_rejected if last else sprt.acceptance_region(answers) if answers >= least else Range(0, -1)
        out = mass[: not_rejected.low].sum() + mass[not_rejected.high + 1 :].sum()
        kept = mass[accepted.low : accepted.high + 1].sum()
        holds, fails, requests = holds + kept, fails + out, requests + answers * (kept + out)
        mass[: not_rejected.low] = mass[not_rejected.high + 1 :] = mass[accepted.low : accepted.high + 1] = 0.0
    return Exact(float(holds), float(fails), float(requests))


def first(one: Claim, outcomes: list[str | None]) -> Decision | None:
    """Return the decision on these answers, in the order of their requests."""
    test = SequentialTest(one)
    for number, outcome in enumerate(outcomes):
        test.observe(number, outcome)
    return test.decision


def in_turn(one: Claim) -> list[str | None]:
    """As many answers as the claim takes at most, which keep to its shares as well as whole answers can."""
    shares = one.expectation.shares
    seen = dict.fromkeys(shares, 0)
    answers: list[str | None] = []
    for number in range(1, one.requests + 1):
        due = max(shares, key=lambda outcome: shares[outcome] * number - seen[outcome])
        seen[due] += 1
        answers.append(due)
    return answers


@pytest.mark.parametrize("share", [ONE, Fraction(1, 2), Fraction(1, 5), Fraction(2, 100), Fraction(1, 200)])
def test_a_right_mesh_fails_less_than_once_in_so_many_runs(share: Fraction) -> None:
    """Stopping early and the last count together make no more false alarms than was promised, exactly."""
    assert exact(claim(v1=1 - share, v2=share), float(share)).fails <= binomial.ALPHA


@pytest.mark.parametrize("share", [ONE, Fraction(1, 2), Fraction(1, 5), Fraction(2, 100), Fraction(1, 200)])
@pytest.mark.parametrize("times", [1, 2])
def test_a_share_off_by_the_margin_or_more_is_caught_99_times_in_100(share: Fraction, times: int) -> None:
    """Stopping early and the last count together let no more of them pass than was promised, exactly."""
    one = claim(v1=1 - share, v2=share)
    for wrong in binomial.alternatives(share, times * MARGIN):
        assert exact(one, float(wrong)).holds <= 1 - binomial.POWER


def test_a_right_mesh_takes_at_most_half_as_much_again_as_walds_bound() -> None:
    """For a share of 10 %, 5 points and the usual errors, on average: some 420 requests are the least possible."""
    bound = (0.999 * math.log(0.999 / 0.01) + 0.001 * math.log(0.001 / 0.99)) / entropy([0.1, 0.9], [0.15, 0.85])

    assert 420 < bound < 425
    assert exact(ALONE, 0.1).requests <= 1.5 * bound
    assert exact(CANARY, 0.1).requests <= 1.5 * bound


@given(share=SHARES, margin=MARGINS, answers=st.integers(1, 3000))
def test_what_holds_does_not_fail(share: Fraction, margin: Fraction, answers: int) -> None:
    """The counts that rule every deviation out lie among those that do not rule the share out."""
    sprt = TwoSidedSprt.of(share, margin, beta=0.005, alpha=0.0001)
    accepted, not_rejected = sprt.acceptance_region(answers), sprt.non_rejection_region(answers)

    assert accepted.high < accepted.low or not_rejected.low <= accepted.low <= accepted.high <= not_rejected.high


@given(share=SHARES, margin=MARGINS, answers=st.integers(1, 3000), part=st.floats(0, 1), missing=st.integers(0, 50))
def test_missing_answers_are_dealt_out_against_every_decision(
    share: Fraction, margin: Fraction, answers: int, part: float, missing: int
) -> None:
    """A decision with answers missing would have been the same with any outcomes in their place."""
    sprt = TwoSidedSprt.of(share, margin, beta=0.005, alpha=0.0001)
    missing = min(missing, answers)
    least = round(part * (answers - missing))
    each = range(least, least + missing + 1)

    accepted, not_rejected = sprt.acceptance_region(answers), sprt.non_rejection_region(answers)
    assert all(count in accepted for count in each) is sprt.accepts(least, least + missing, answers)
    assert not sprt.rejects(least, least + missing, answers) or not any(count in not_rejected for count in each)


@settings(max_examples=25)
@given(weights=st.lists(st.integers(1, 99), min_size=2, max_size=3), margin=MARGINS)
def test_a_claim_that_is_met_holds_no_later_than_planned(weights: list[int], margin: Fraction) -> None:
    """Answers that keep to the shares hold, early or at the last one, and were never about to fail."""
    shares = {f"v{n}": Fraction(weight, sum(weights)) for n, weight in enumerate(weights, start=1)}
    one = claim(margin=max(margin, Fraction(5, 100)), **shares)
    answers = in_turn(one)
    early = first(one, answers)
    observed = answers[: early.answers] if early else answers

    assert Verdict.HOLDS is judge(one, tallied(**{v: observed.count(v) for v in shares}), early=early).verdict


@given(seed=st.integers(0, 1000))
def test_the_order_of_arrival_decides_nothing(seed: int) -> None:
    """However the answers overtake one another, the decision is that of the order in which they were asked for."""
    answers = list(enumerate(in_turn(CANARY)))
    expected = first(CANARY, [outcome for _, outcome in answers])
    Random(seed).shuffle(answers)  # noqa: S311  # an order, no secret
    test = SequentialTest(CANARY)
    for number, outcome in answers:
        test.observe(number, outcome)

    assert expected is not None
    assert expected == test.decision


def test_a_slow_answer_is_waited_for() -> None:
    """While the first answer is out, those that came faster decide nothing: it may be one of the slow version."""
    answers = in_turn(CANARY)
    test = SequentialTest(CANARY)
    for number, outcome in list(enumerate(answers))[1:]:
        assert test.observe(number, outcome) is None

    assert test.observe(0, answers[0]) is not None


def test_an_answer_that_must_never_come_is_sure_at_once() -> None:
    """A leak needs no second one, and nobody's turn."""
    test = SequentialTest(CANARY)
    test.observe(1, "v1")
    decision = test.observe(7, "v3")

    assert decision is not None
    assert (False, 2) == (decision.holds, decision.answers)
    assert Verdict.FAILS is judge(CANARY, tallied(v1=1, v3=1), early=decision).verdict


def test_a_claim_of_never_holds_after_459_answers_and_no_sooner() -> None:
    """However clear the split is, a leak of 1 in 100 takes its requests."""
    coarse = claim(margin=Fraction(30, 100), v1=Fraction(1, 2), v2=Fraction(1, 2), v3=0)

    assert first(coarse, in_turn(coarse)) is None
    assert 459 == coarse.requests
    assert first(CANARY, in_turn(CANARY)[:458]) is None


def test_a_wrong_split_fails_early_and_says_after_how_many() -> None:
    """80:20 for 90:10 is sure long before the last request."""
    decision = first(CANARY, ["v1", "v1", "v2", "v1", "v1"] * 200)

    assert decision is not None
    counts = {"v1": 4 * decision.answers // 5, "v2": decision.answers - 4 * decision.answers // 5}
    judgement = judge(CANARY, tallied(**counts), early=decision)
    assert Verdict.FAILS is judgement.verdict
    assert decision.answers < CANARY.requests / 3
    assert f"v2 {decision.counts['v2']} of {decision.answers}, allowed {decision.allowed['v2']}" in english(
        judgement.reason
    )


def test_what_is_allowed_speaks_not_against_the_share() -> None:
    """Also where fewer counts would have made it sure: the share that was asked for is always among them."""
    third = Fraction(1, 3)
    even = expectation(margin=2 * MARGIN, v1=third, v2=third, v3=third)
    _, canary = plan_claims([even, expectation(v1=NINE, v2=ONE, v3=0)], [None, None])
    decision = first(canary, in_turn(canary))
    assert decision is not None
    sprt = sprt_by_outcome(canary)["v2"]

    assert sprt.non_rejection_region(decision.answers) == decision.allowed["v2"]
    assert Range(19, 80) == sprt.non_rejection_region(459)
    assert Range(41, 45) == sprt.acceptance_region(459)


def test_a_given_number_of_requests_is_sent_to_the_last() -> None:
    """A run with --requests 3000 sends 3,000, and has the precision that they bring."""
    asked = claim(3000, v1=NINE, v2=ONE, v3=0)

    assert first(asked, in_turn(asked)) is None


def test_a_missing_answer_keeps_a_claim_of_never_open() -> None:
    """It may have been the one that must not come, so the last count decides, and finds it open."""
    assert first(ONLY_V3, ["v3", None, *["v3"] * 457]) is None
    assert first(CANARY, [None, *in_turn(CANARY)[1:]]) is None


def test_an_answer_that_was_asked_for_twice_is_no_part_of_the_sample() -> None:
    """It may stand for another draw, so it takes more answers to be sure; but it is no exception, and does not block."""
    answers = in_turn(CANARY)
    sure = first(CANARY, answers)
    test = SequentialTest(CANARY)
    for number, outcome in enumerate(answers):
        test.observe(number, outcome, twice=number < 8)

    assert sure is not None
    assert test.decision is not None
    assert test.decision.holds
    assert test.decision.answers > sure.answers
    assert test.decision.answers - 8 == sum(test.decision.counts.values())


def test_what_has_the_last_answer_is_not_early() -> None:
    """The last request is judged by the ranges that the audience saw before."""
    assert first(ONLY_V3, ["v3"] * 459) is None


def test_a_late_exception_refutes_what_was_sure() -> None:
    """Answers that were under way when it was sure are no part of the sample, but a leak is a leak."""
    decision = first(CANARY, in_turn(CANARY))
    assert decision is not None
    counts = dict(decision.counts)

    assert (
        Verdict.HOLDS
        is judge(
            CANARY,
            tallied(
                **counts,
            ),
            early=decision,
        ).verdict
    )
    assert Verdict.FAILS is judge(CANARY, tallied(v3=1, **counts), early=decision).verdict


def test_late_answers_do_not_take_back_what_was_sure() -> None:
    """Of the slow version alone, or not at all: what was under way when it was sure is not weighed."""
    decision = first(CANARY, in_turn(CANARY))
    assert decision is not None
    late = {**decision.counts, "v2": decision.counts["v2"] + 15}

    judgement = judge(CANARY, tallied({"time-out": 1}, **late), early=decision)
    assert Verdict.HOLDS is judgement.verdict
    assert decision.answers == judgement.answers


def test_what_may_come_as_it_likes_decides_nothing() -> None:
    """What must never come does, at once."""
    (never_v3,) = plan_claims([replace(expectation(v3=0), others_may_come=True)], [None])

    assert first(never_v3, ["v1", "v2"] * 200) is None
    decision = first(never_v3, ["v1", "v2", "v3"])
    assert decision is not None
    assert (False, 3) == (decision.holds, decision.answers)
