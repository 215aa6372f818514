"""Verdicts on counts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scenarios.evidence.judge import judge, overall, reasons
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.proxy_counts import Disagreement, Surplus
from scenarios.messages.catalogue import english
from scenarios.statistics.claim import plan_claims
from tests.unit.scenarios.builders import claim, expectation, tallied

CANARY = claim(1500, v1=Fraction(9, 10), v2=Fraction(1, 10), v3=0)
ONLY_V3 = claim(459, end_user="opennaru", v3=1)
STRANGERS = Disagreement("somebody else used the demo", contradicts=False)
CONTRADICTION = Disagreement("the witnesses disagree", contradicts=True)


def test_counts_within_their_ranges_hold() -> None:
    """Counts that chance allows are no fault of the mesh."""
    assert Verdict.HOLDS is judge(CANARY, tallied(v1=1340, v2=160)).verdict


def test_a_split_out_of_its_range_fails_and_says_what_was_allowed() -> None:
    """80:20 is not 90:10."""
    judgement = judge(CANARY, tallied(v1=1200, v2=300))

    assert Verdict.FAILS is judgement.verdict
    assert f"v2 300 of 1,500, allowed {CANARY.allowed['v2']} for 10 %" in english(judgement.reason)


def test_weight_0_allows_no_answer() -> None:
    """A single answer from a version of weight 0 fails the claim."""
    assert Verdict.FAILS is judge(CANARY, tallied(v1=1349, v2=150, v3=1)).verdict


def test_an_outcome_that_nobody_asked_for_fails() -> None:
    """Pages without details are no pages of v3."""
    judgement = judge(ONLY_V3, tallied(**{"v3": 458, "details unavailable": 1}))

    assert Verdict.FAILS is judgement.verdict
    assert "details unavailable 1 of 459, not asked for at all" in english(judgement.reason)


def test_missing_answers_that_cannot_decide_do_not_matter() -> None:
    """Three lost answers of 1,500 leave a split in its range, whoever they came from, if no version is excluded."""
    split = claim(1500, v1=Fraction(9, 10), v2=Fraction(1, 10))

    assert Verdict.HOLDS is judge(split, tallied({"HTTP 503": 3}, v1=1347, v2=150)).verdict


def test_missing_answers_that_could_decide_are_inconclusive() -> None:
    """The lost answer may have been the one from v3: what is missing never counts for the claim."""
    judgement = judge(CANARY, tallied({"HTTP 503": 1}, v1=1349, v2=150))

    assert Verdict.INCONCLUSIVE is judgement.verdict
    assert "1 of 1,500 answers are missing (HTTP 503: 1)" in english(judgement.reason)


def test_missing_answers_do_not_excuse_what_was_seen() -> None:
    """A leak that was seen fails the claim, however many answers are missing."""
    assert Verdict.FAILS is judge(CANARY, tallied({"time-out": 400}, v1=900, v2=199, v3=1)).verdict


def test_no_answers_at_all_are_inconclusive() -> None:
    """Dead traffic proves nothing, neither way."""
    assert Verdict.INCONCLUSIVE is judge(ONLY_V3, tallied({"connection refused": 459})).verdict


def test_requests_that_were_never_sent_are_missing_too() -> None:
    """The ranges are those of the whole number: a sample that was cut short is not judged by them."""
    judgement = judge(ONLY_V3, tallied(v3=400))

    assert Verdict.INCONCLUSIVE is judgement.verdict
    assert "59 of 459 answers are missing (never sent: 59)" in english(judgement.reason)


def test_too_few_requests_are_inconclusive_even_if_they_fit() -> None:
    """Two answers from v1 do not prove a canary."""
    few = claim(2, v1=Fraction(9, 10), v2=Fraction(1, 10))

    assert Verdict.INCONCLUSIVE is judge(few, tallied(v1=2)).verdict


def test_few_requests_can_still_fail() -> None:
    """One answer from an excluded version is enough to refute."""
    assert Verdict.FAILS is judge(claim(1, v1=1, v3=0), tallied(v3=1)).verdict


def test_disagreeing_witnesses_are_inconclusive() -> None:
    """Counts that fit prove nothing if the proxies tell another story."""
    assert Verdict.INCONCLUSIVE is judge(CANARY, tallied(v1=1350, v2=150), STRANGERS).verdict


def test_strangers_do_not_excuse_what_our_clients_saw() -> None:
    """Somebody else's traffic explains more requests at the proxies, not another answer to ours."""
    assert Verdict.FAILS is judge(CANARY, tallied(v1=1349, v2=150, v3=1), STRANGERS).verdict


def test_contradicted_clients_refute_nothing() -> None:
    """Clients' counts that the proxies deny cannot fail the mesh."""
    assert Verdict.INCONCLUSIVE is judge(CANARY, tallied(v1=1349, v2=150, v3=1), CONTRADICTION).verdict


def test_missing_answers_are_dealt_out_within_what_the_proxies_counted() -> None:
    """A request that they sent to v1 cannot have been answered by v3."""
    lost = tallied({"HTTP 503": 2}, v1=1348, v2=150)

    assert Verdict.HOLDS is judge(CANARY, lost, surplus=Surplus({"v1": 2, "v2": 0, "v3": 0}, 0)).verdict
    assert Verdict.HOLDS is judge(CANARY, lost, surplus=Surplus({"v1": 0, "v2": 0}, 0)).verdict
    assert Verdict.INCONCLUSIVE is judge(CANARY, lost, surplus=Surplus({"v1": 1, "v3": 1}, 0)).verdict
    assert Verdict.INCONCLUSIVE is judge(ONLY_V3, tallied({"x": 1}, v3=458), surplus=Surplus({"v3": 1}, 0)).verdict


def test_an_answer_that_was_asked_for_twice_may_stand_for_the_other_version() -> None:
    """As far as the proxies counted more of that one: a split that needs the others to fit is open, and none is accused."""
    low, high = CANARY.allowed["v2"].low, CANARY.allowed["v2"].high
    edge = replace(tallied(v1=1500 - low, v2=low), twice={"v2": 8})
    over = replace(tallied(v1=1500 - high - 3, v2=high + 3), twice={"v2": 8})

    assert Verdict.HOLDS is judge(CANARY, edge, surplus=Surplus({"v1": 0}, 0)).verdict
    assert Verdict.INCONCLUSIVE is judge(CANARY, edge, surplus=Surplus({"v1": 8}, 0)).verdict
    assert Verdict.FAILS is judge(CANARY, over, surplus=Surplus({"v1": 0}, 0)).verdict
    assert Verdict.INCONCLUSIVE is judge(CANARY, over, surplus=Surplus({"v1": 8}, 0)).verdict


def test_a_leak_is_a_leak_however_often_it_was_asked_for() -> None:
    """An exception counts, however many requests there were."""
    leaked = replace(tallied(v1=1349, v2=150, v3=1), twice={"v3": 1})

    assert Verdict.FAILS is judge(CANARY, leaked, surplus=Surplus({"v1": 1}, 0)).verdict


def test_a_verdict_must_stand_whatever_strangers_have_hidden() -> None:
    """Behind each of them one page could be of another version than it says."""
    low, high = CANARY.allowed["v2"].low, CANARY.allowed["v2"].high
    five = Surplus({"v1": 5}, 5)

    assert Verdict.HOLDS is judge(CANARY, tallied(v1=1495 - low, v2=low + 5), surplus=five).verdict
    edge = judge(CANARY, tallied(v1=1496 - low, v2=low + 4), surplus=five)
    assert Verdict.INCONCLUSIVE is edge.verdict
    assert "anonymous: 5 requests of somebody else could have changed the counts" == english(edge.reason)
    assert Verdict.INCONCLUSIVE is judge(CANARY, tallied(v1=1495 - high, v2=high + 5), surplus=five).verdict
    assert Verdict.FAILS is judge(CANARY, tallied(v1=1494 - high, v2=high + 6), surplus=five).verdict


@given(
    v1=st.integers(0, 600), v2=st.integers(0, 600), v3=st.integers(0, 2), lost=st.integers(0, 300), to=st.integers(0, 2)
)
def test_a_missing_answer_never_turns_a_verdict_around(v1: int, v2: int, v3: int, lost: int, to: int) -> None:
    """With any outcomes in place of the missing answers, HOLDS would not have been FAILS, nor FAILS HOLDS."""
    known = {"v1": v1, "v2": v2, "v3": v3}
    halves = claim(sum(known.values()) + lost or 1, v1=Fraction(1, 2), v2=Fraction(1, 2), v3=0)
    before = judge(halves, tallied({"HTTP 503": lost}, **known)).verdict
    arrived = {name: count + lost * (number == to) for number, (name, count) in enumerate(known.items())}
    after = judge(halves, tallied(**arrived)).verdict

    assert {before, after} != {Verdict.HOLDS, Verdict.FAILS}


def test_a_failed_claim_outweighs_an_inconclusive_one() -> None:
    """One refuted claim fails the run; without one, an open one leaves it open."""
    assert Verdict.FAILS is overall([Verdict.HOLDS, Verdict.INCONCLUSIVE, Verdict.FAILS])
    assert Verdict.INCONCLUSIVE is overall([Verdict.HOLDS, Verdict.INCONCLUSIVE])
    assert Verdict.HOLDS is overall([Verdict.HOLDS])


def test_a_leak_among_several_others_is_one_sentence() -> None:
    """N of M others saw v3."""
    halves = {"v1": Fraction(1, 2), "v2": Fraction(1, 2), "v3": 0}
    judgements = [
        judge(claim(459, end_user=user, group="others", **halves), tallied(v1=150, v2=155, v3=154))
        for user in ("", "somebody")
    ]

    assert ["308 of 918 others saw v3"] == [english(reason) for reason in reasons(judgements)]


def test_what_may_come_as_it_likes_is_no_exception() -> None:
    """Where only what must never come is named: that fails all the same, and a missing answer may have been it."""
    named = replace(expectation(v3=0), others_may_come=True)
    (never_v3,) = plan_claims([named], [None])

    assert Verdict.HOLDS is judge(never_v3, tallied(v1=200, v2=259)).verdict
    assert Verdict.FAILS is judge(never_v3, tallied(v1=200, v2=258, v3=1)).verdict
    assert Verdict.INCONCLUSIVE is judge(never_v3, tallied({"HTTP 503": 1}, v1=200, v2=258)).verdict
