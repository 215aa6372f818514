"""What becomes of a pair by the word of both: the caller's answers and the callee's counts."""

from __future__ import annotations

import pytest

from platforms.counters import Heard
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.pair import Caller, Kind, Pair

REVIEWS = Caller(Kind.PROXY, "reviews-v2", "reviews")
NOBODY = Caller(Kind.PLAIN_TEXT)


@pytest.mark.parametrize(
    ("caller", "app", "answers", "heard", "verdict", "opened"),
    [
        (REVIEWS, "ratings", (200, 200), Heard(2, 0, 0), Verdict.HOLDS, False),
        (REVIEWS, "ratings", (200, 403), Heard(1, 1, 0), Verdict.FAILS, False),
        (REVIEWS, "ratings", (200, 503), Heard(2, 0, 0), Verdict.FAILS, False),
        (REVIEWS, "details", (403, 403), Heard(0, 2, 0), Verdict.HOLDS, False),
        (REVIEWS, "details", (403, 200), Heard(1, 1, 0), Verdict.FAILS, True),
        (REVIEWS, "details", (403, 403), Heard(2, 0, 0), Verdict.INCONCLUSIVE, False),
        (REVIEWS, "details", (None, None), Heard(0, 0, 2), Verdict.FAILS, False),
        (NOBODY, "ratings", (None, None), Heard(0, 0, 2), Verdict.HOLDS, False),
        (NOBODY, "ratings", (None, None), Heard(0, 0, 0), Verdict.INCONCLUSIVE, False),
        (NOBODY, "ratings", (403, 403), Heard(0, 2, 0), Verdict.FAILS, False),
        (NOBODY, "ratings", (), Heard(0, 0, 0), Verdict.FAILS, False),
    ],
)
def test_pair(  # a row each
    caller: Caller, app: str, answers: tuple[int | None, ...], heard: Heard, verdict: Verdict, *, opened: bool
) -> None:
    pair = Pair(caller, app, answers, heard)

    assert (verdict, opened) == (pair.verdict, pair.opened)
