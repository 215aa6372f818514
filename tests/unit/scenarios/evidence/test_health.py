"""A new version beside the old one, answer by answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

from scenarios.evidence.health import HealthTest, health_reasons, judge_health, version_of
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import Observation
from scenarios.messages.catalogue import english
from scenarios.statistics.comparison import Standing
from scenarios.statistics.health import Health

HEALTH = Health("v2", "v1", Fraction(1, 2), Fraction(5, 100), slower_ms=100, steps=1)
LOADS = {"": 600, "opennaru": 600}
MARKS = {"details": "shown", "reviews": "shown", "review-count": "2"}
SHOWN = {
    "v1": {**MARKS, "reviews-version": "v1", "ratings": "not-asked", "rated-count": "0"},
    "v2": {**MARKS, "reviews-version": "v2", "ratings": "shown", "rated-count": "2", "star-color": "black"},
}
BROKEN = {**SHOWN["v2"], "ratings": "unavailable", "rated-count": "0", "star-color": ""}


def answer(version: str, number: int, *, end_user: str = "", milliseconds: float = 20.0) -> Observation:
    marks = {**SHOWN[version], "end-user": end_user}
    return Observation(end_user, 200, milliseconds, marks, number=number, at=1000.0 + number)


def answers(seed: int = 1) -> Iterator[Observation]:
    """The answers of a right mesh in which v2 takes 20 ms longer."""
    dice = Random(seed)  # noqa: S311  # dice, not secrets
    for number in range(600):
        for end_user in LOADS:
            version = dice.choice(["v1", "v2"])
            took = dice.expovariate(1 / 20) + (20 if version == "v2" else 0)
            yield answer(version, number, end_user=end_user, milliseconds=took)


def test_a_version_that_is_as_good_holds() -> None:
    """Though each of its answers takes a little longer."""
    report = judge_health(HEALTH, LOADS, answers(), answers=None)

    assert Verdict.HOLDS is report.verdict
    assert [] == health_reasons("50 %", report)
    assert () == report.bad


def test_a_version_that_fails_for_one_user_only_is_worse() -> None:
    """Among all who come, it is what one in two meets."""
    broken = [
        replace(one, marks={**BROKEN, "end-user": "opennaru"})
        if version_of(one) == "v2" and one.end_user == "opennaru"
        else one
        for one in answers()
    ]
    report = judge_health(HEALTH, LOADS, broken, answers=None)

    assert Verdict.FAILS is report.verdict
    assert report.answers < 200
    assert len(report.bad) > 200  # later ones were met too
    assert "v2 failed in" in english(health_reasons("50 %", report)[0])


def test_a_version_of_which_few_answers_are_slow_is_worse() -> None:
    """One in 20: neither its p50 nor its p95 would tell."""
    dice = Random(1)  # noqa: S311  # the same
    slow = [
        replace(one, milliseconds=one.milliseconds + 500) if version_of(one) == "v2" and dice.random() < 0.05 else one
        for one in answers(2)
    ]
    report = judge_health(HEALTH, LOADS, slow, answers=None)

    assert Verdict.FAILS is report.verdict
    assert ["p99.5"] == [one.measure.value for one in report.measures if one.verdict is Verdict.FAILS]
    assert "longer than p99.5 of v1" in english(health_reasons("50 %", report)[0])


def test_the_order_of_arrival_changes_nothing() -> None:
    """Answers are heard in the order in which their requests took turns."""
    came = list(answers())
    late = sorted(came, key=lambda one: one.number + 30 * (version_of(one) == "v2"))

    assert judge_health(HEALTH, LOADS, came, answers=None) == judge_health(HEALTH, LOADS, late, answers=None)


def test_what_comes_after_the_decision_changes_nothing() -> None:
    """But for the bad pages that somebody still got."""
    test = HealthTest(HEALTH, LOADS)
    came = list(answers())
    decided = next(number for number, one in enumerate(came) if test.observe(one) is Standing.AS_GOOD)
    rest = [replace(one, marks={**BROKEN, "end-user": one.end_user}) for one in came[decided + 1 :]]
    report = judge_health(HEALTH, LOADS, [*came[: decided + 1], *rest], answers=test.heard)

    assert Verdict.HOLDS is report.verdict
    assert len(rest) == len(report.bad)


def test_answers_of_no_version_clear_nobody() -> None:
    """Pages without reviews, and such as productpage asked for twice, may hide a new version that is dead."""
    lost = [
        replace(one, marks={**MARKS, "end-user": one.end_user, "reviews": "unavailable"})
        if one.number % 5 == 0
        else one
        for one in answers()
    ]
    report = judge_health(HEALTH, LOADS, lost, answers=None)

    assert Verdict.INCONCLUSIVE is report.verdict
    assert 240 == report.unplaced
    assert "240 of no known version" in english(health_reasons("50 %", report)[0])
    assert "" == version_of(answer("v1", 0, milliseconds=3000.0))
