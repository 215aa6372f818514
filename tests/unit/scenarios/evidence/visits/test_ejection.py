"""An instance that is kept out, and taken back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from platforms.counters import Counters, Hop
from scenarios.circuit_breaking import COMMAND
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import Observation
from scenarios.evidence.visits import ejection
from scenarios.evidence.visits.ejection import (
    EjectionRecord,
    answers_while_out,
    ejected_besides,
    judge_ejection,
    watch_ejection,
)
from scenarios.messages.catalogue import english
from scenarios.scenario import Ejection
from tests.fakes import FakePlatform

V1, V2 = (Hop("productpage-v1", "reviews", version) for version in ("v1", "v2"))
OUT, BACK = (Ejection("v2", out=out, seconds=30, late_ms=2000) for out in (True, False))
RECORD = EjectionRecord(100.0, 400.0, bad_answers=3, pages=25, met=6, lacking=1)
NEVER = EjectionRecord(None, None, bad_answers=40, pages=139, met=46, lacking=9)


def answer(at: float) -> Observation:
    return Observation("", 200, 10.0, at=at)


@pytest.mark.parametrize(
    ("wanted", "record", "asked", "last", "verdict", "reason"),
    [
        (OUT, RECORD, 0, 110.0, Verdict.HOLDS, ""),
        (OUT, RECORD, 2, 110.0, Verdict.FAILS, "got 2 calls all the same"),
        (OUT, RECORD, 2, 128.5, Verdict.INCONCLUSIVE, "a longer --out"),
        (OUT, NEVER, 18, 110.0, Verdict.FAILS, "46 of 139 pages met it; then 18 of 62 calls"),
        (OUT, EjectionRecord(100.0, None, 0, 1, 0, 0), 0, 110.0, Verdict.INCONCLUSIVE, "before its first bad answer"),
        (BACK, RECORD, 20, 110.0, Verdict.HOLDS, ""),
        (BACK, NEVER, 0, 110.0, Verdict.FAILS, "was not taken back"),
    ],
)
def test_verdicts(  # noqa: PLR0917  # a row each
    wanted: Ejection, record: EjectionRecord, asked: int, last: float, verdict: Verdict, reason: str
) -> None:
    """An instance that is out gets no call; when its time is over, nothing is known."""
    counters = Counters({V1: 62 - asked, V2: asked})

    found = judge_ejection(wanted, record, counters, [answer(last)], "v2 hangs")

    assert verdict is found.verdict
    assert reason in english(found.reason)


@pytest.mark.parametrize(
    ("back_at", "verdict", "reason"),
    [
        (104.2, Verdict.FAILS, "v2 was out, and back after 4.2 s, before its 30 s were over"),
        (128.5, Verdict.HOLDS, ""),  # it may have been out for a while when that was seen
        (170.0, Verdict.HOLDS, ""),
    ],
)
def test_it_is_out_for_its_time(back_at: float, verdict: Verdict, reason: str) -> None:
    """Or else nobody may have met it only because the requests of the step were sent within a second."""
    back = replace(RECORD, at=back_at)

    found = judge_ejection(BACK, back, Counters({V1: 42, V2: 20}), [answer(180.0)], "v2 is well", before=RECORD)

    assert verdict is found.verdict
    assert reason in english(found.reason)


def test_answers_after_its_time_do_not_count() -> None:
    """It may be asked again then, sick as it is; it may have been out for a while when that was seen."""
    assert 1 == answers_while_out(OUT, RECORD, [answer(110.0), answer(128.5)])
    assert None is answers_while_out(OUT, RECORD, [answer(110.0), answer(127.5)])
    assert None is answers_while_out(OUT, NEVER, [answer(1000.0)])
    assert None is answers_while_out(BACK, RECORD, [answer(1000.0)])


def test_who_should_not_be_out() -> None:
    """Whoever is well."""
    counters = Counters(ejected={V1: 1, V2: 1})

    assert ["v1"] == ejected_besides(OUT, counters)
    assert ["v1", "v2"] == ejected_besides(BACK, counters)


def test_the_proxies_say_when_it_is_out_and_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """After as many bad answers as the rule has; a mesh without outlier detection never says so."""
    monkeypatch.setattr(ejection, "PATIENCE", 1.0)
    _, hangs, again = COMMAND.scenario(["--out", "10"], Fraction(5, 100)).steps
    _, unprotected, _ = COMMAND.scenario(["--without-detection"], Fraction(5, 100)).steps
    with FakePlatform(lag=0.0) as platform:
        platform.apply(unprotected.state)
        never = watch_ejection(platform, OUT)
    with FakePlatform(lag=0.0) as platform:
        platform.apply(hangs.state)
        monkeypatch.setattr(ejection, "PATIENCE", 30.0)
        out = watch_ejection(platform, OUT)
        platform.apply(again.state)
        back = watch_ejection(platform, BACK)

    assert None is never.at
    assert out.at is not None
    assert out.bad_answers >= 3  # as the rule has it
    assert 0 < out.lacking <= out.met <= out.pages
    assert back.at is not None
    assert 0 == back.lacking
