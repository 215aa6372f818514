"""What more instances did is judged by pages, proxies' counts and the instances of all others."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from scenarios.evidence.judgement import Verdict
from scenarios.evidence.proxy_counts import Disagreement
from scenarios.evidence.visits.growth import GrowthRecord
from scenarios.evidence.visits.scaled import ScaledReport, Times, judge_scaling
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message
from scenarios.scenario import Scaling
from scenarios.statistics.binomial import ALPHA

WANTED = Scaling("ratings-v1", 3, Fraction(3, 4), queue_ms=320, by="replicas")
GROWN = GrowthRecord(100.0, 900.0, ready=3, pages=20, lacking=0)
EVEN = {"ratings-v1": 160, "ratings-v1-2": 150, "ratings-v1-3": 170}
LATE, QUICK = ([one + number % 7 for number in range(480)] for one in (340.0, 120.0))
BARELY = [220 + number / 11.5 for number in range(480)]
GONE = Message("change.gone", name="details-v1")


def judged(
    *,
    record: GrowthRecord = GROWN,
    sent: Mapping[str, int] = EVEN,
    touched: tuple[Message, ...] = (),
    before: list[float] = LATE,
    after: list[float] = QUICK,
    disagreement: Disagreement | None = None,
) -> ScaledReport:
    times = Times(before, max(before)), Times(after, max(after))
    return judge_scaling(
        WANTED, record, sent, touched, *times, alpha=ALPHA, title="3 instances", disagreement=disagreement
    )


def test_it_holds() -> None:
    """Quick pages, even parts, nobody else touched, and none lost."""
    found = judged()

    assert (Verdict.HOLDS, ()) == (found.verdict, found.reasons)
    assert (346.0, 126.0) == (found.before_ms, found.after_ms)
    assert 160 in found.allowed


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"after": LATE}, "95 of 100 pages took up to 346 ms, more than 75 % of the 346 ms before"),
        (
            {"record": GrowthRecord(None, None, ready=1, pages=300, lacking=0)},
            "after 60 s, 1 of 3 instances of ratings-v1 could be called",
        ),
        ({"record": GrowthRecord(100.0, 900.0, 3, 20, lacking=2)}, "2 of 20 pages were not whole while instances came"),
        ({"touched": (GONE,)}, "others than ratings-v1 were touched: details-v1 is gone"),
        ({"sent": {"ratings-v1": 470, "ratings-v1-2": 10, "ratings-v1-3": 0}}, "ratings-v1-3 got 0 of 480 calls"),
    ],
)
def test_it_fails(otherwise: dict[str, object], reason: str) -> None:
    """And says by what."""
    found = judged(**otherwise)  # type: ignore[arg-type]  # of these very parameters

    assert Verdict.FAILS is found.verdict
    assert any(reason in english(one) for one in found.reasons)


def test_it_is_left_open() -> None:
    """Where pages do not tell, the machine is what is slow, or the witnesses disagree."""
    near, doubted = judged(after=BARELY), judged(disagreement=Disagreement("somebody else", contradicts=True))
    slow = judged(before=[2 * one for one in LATE], after=[2 * one for one in LATE])
    accused = judged(after=LATE, disagreement=Disagreement("somebody else", contradicts=True))

    assert (Verdict.INCONCLUSIVE, True) == (near.verdict, "do not tell" in english(near.reasons[0]))
    assert (Verdict.INCONCLUSIVE, True) == (slow.verdict, "this machine is too slow" in english(slow.reasons[0]))
    assert (Verdict.INCONCLUSIVE, ("somebody else",)) == (doubted.verdict, doubted.reasons)
    assert Verdict.INCONCLUSIVE is accused.verdict
