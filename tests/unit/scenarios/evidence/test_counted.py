"""What proxies counted, judged."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.counters import Counters, Hop
from scenarios.evidence.counted import judge_counting, without_copies
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.proxy_counts import Disagreement
from scenarios.messages.catalogue import english
from scenarios.statistics.binomial import ALPHA
from scenarios.statistics.counting import CallKind, Counting

CALL = ("productpage-v1", "reviews")
V1, V2 = (Hop(*CALL, version) for version in ("v1", "v2"))


def counting(kind: CallKind, share: Fraction | int) -> Counting:
    return Counting(kind, *CALL, "v2", Fraction(share), Fraction(5, 100))


def judged(kind: CallKind, share: Fraction | int, counters: Counters, doubt: Disagreement | None = None) -> Verdict:
    return judge_counting(counting(kind, share), counters, alpha=ALPHA, disagreement=doubt).verdict


@pytest.mark.parametrize(
    ("timeouts", "verdict"), [(90, Verdict.HOLDS), (88, Verdict.HOLDS), (87, Verdict.FAILS), (0, Verdict.FAILS)]
)
def test_every_call_ends_in_the_time_out(timeouts: int, verdict: Verdict) -> None:
    """One that does not is one too many; one that ended before it was sent is a call as well."""
    assert verdict is judged(CallKind.TIMED_OUT, 1, Counters({V2: 88}, {V2: 88}, {CALL: 0}, {}, {CALL: timeouts}))


@pytest.mark.parametrize(
    ("rescued", "verdict"), [(200, Verdict.HOLDS), (160, Verdict.HOLDS), (120, Verdict.FAILS), (0, Verdict.FAILS)]
)
def test_a_call_that_is_repeated_is_one_call(rescued: int, verdict: Verdict) -> None:
    """Of 1,000 calls, not of 1,250 attempts."""
    found = judge_counting(
        counting(CallKind.RESCUED, Fraction(1, 5)),
        Counters({V2: 1250}, {V2: 250}, {CALL: 250}, {CALL: rescued}),
        alpha=ALPHA,
        disagreement=None,
    )

    assert (1000, 250, verdict) == (found.calls, found.repeated, found.verdict)


@pytest.mark.parametrize(("copies", "verdict"), [(200, Verdict.HOLDS), (100, Verdict.FAILS), (0, Verdict.FAILS)])
def test_copies_are_counted_beside_the_calls(copies: int, verdict: Verdict) -> None:
    """Of 1,000 calls that somebody waits for."""
    found = judge_counting(
        counting(CallKind.MIRRORED, Fraction(1, 5)), Counters({V1: 1000, V2: copies}), alpha=ALPHA, disagreement=None
    )

    assert (1000, copies, verdict) == (found.calls, found.counted, found.verdict)


def test_a_count_that_is_not_kept_proves_nothing() -> None:
    """It is not taken for none."""
    for kind in (CallKind.TIMED_OUT, CallKind.RESCUED):
        assert Verdict.INCONCLUSIVE is judged(kind, 1, Counters({V2: 88}))


def test_witnesses_that_contradict_each_other_refute_nothing() -> None:
    """Others' calls were under the same rule, so that a lesser doubt leaves wrong counts wrong."""
    wrong, right = Counters({V1: 1000, V2: 100}), Counters({V1: 1000, V2: 200})
    doubts = [Disagreement("they differ", contradicts=contradicts) for contradicts in (True, False)]
    share = Fraction(1, 5)

    assert [Verdict.INCONCLUSIVE, Verdict.FAILS] == [judged(CallKind.MIRRORED, share, wrong, one) for one in doubts]
    assert [Verdict.INCONCLUSIVE] * 2 == [judged(CallKind.MIRRORED, share, right, one) for one in doubts]


def test_a_few_calls_prove_nothing() -> None:
    """And no call at all does not either, whatever is claimed."""
    assert Verdict.INCONCLUSIVE is judged(CallKind.MIRRORED, Fraction(1, 5), Counters({V1: 3, V2: 1}))
    assert Verdict.INCONCLUSIVE is judged(CallKind.TIMED_OUT, 1, Counters({}, {}, {}, {}, {CALL: 0}))


def test_the_reason_says_what_was_counted() -> None:
    """And what was allowed."""
    found = judge_counting(
        counting(CallKind.MIRRORED, Fraction(1, 5)), Counters({V1: 1000}), alpha=ALPHA, disagreement=None
    )

    assert english(found.reason).startswith("the proxies count copies to reviews v2: 0 of 1,000, allowed 1")


def test_copies_are_no_answers_that_visitors_lack() -> None:
    """Only a mirror has any; a page that shows the version was no copy, and stays one that somebody sent there."""
    answers, seen = {"v1": 100, "v2": 20}, {"v1": 100}
    mirrored = counting(CallKind.MIRRORED, 1)

    assert {"v1": 100, "v2": 0} == without_copies(answers, seen, mirrored)
    assert {"v1": 100, "v2": 3} == without_copies(answers, {"v1": 97, "v2": 3}, mirrored)
    assert answers == without_copies(answers, seen, counting(CallKind.RESCUED, 1))
    assert answers == without_copies(answers, seen, None)
