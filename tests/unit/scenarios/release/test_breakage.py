"""A bad release, as it is typed and as a rule."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from platforms.errors import UsageError
from scenarios.release.breakage import Breakage


def test_errors_and_slowness_are_read() -> None:
    """Both, or either."""
    assert Breakage("v2", Fraction(20), 800) == Breakage.parse("v2=errors:20%|slow:800ms", to="v2")
    assert Breakage("v3", Fraction("0.5"), 0) == Breakage.parse("v3=errors:0.5%", to="v3")
    assert Breakage("v2", Fraction(0), 800) == Breakage.parse("v2=slow:800ms", to="v2")


def test_it_may_meet_some_pages_only() -> None:
    """One user's, few of them, or those from a later step on: each by itself or all of them."""
    few = Breakage("v2", Fraction(0), 800, slow_share=Fraction(2))

    assert few == Breakage.parse("v2=slow:800ms@2%", to="v2")
    assert Breakage("v2", Fraction(20), 0, user="홍길동") == Breakage.parse("v2=errors:20%|user:홍길동", to="v2")
    assert Breakage("v2", Fraction(20), 0, start=100) == Breakage.parse("v2=errors:20%|from:100%", to="v2")
    assert replace(few, user="jason", start=50) == Breakage.parse("v2=slow:800ms@2%|user:jason|from:50%", to="v2")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v2",
        "v2=",
        "v2=errors",
        "v2=errors:20",
        "v2=errors:101%",
        "v2=errors:0%",
        "v2=slow:0ms",
        "v2=slow:5001ms",
        "v2=slow:8s",
        "v2=errors:20%slow:800ms",
        "v2=errors:20%|",
        "v2=|slow:800ms",
        "v2=slow:800ms|errors:20%",
        "v2=slow:800ms@0%",
        "v2=slow:800ms@101%",
        "v2=user:jason",
        "v2=errors:20%|user:",
        "v2=errors:20%|user: ",
        "v2=errors:20%|from:101%",
        "v2=errors:20%|from:50%|user:jason",
        "v1=errors:20%",
        "v3=errors:20%",
        "v2=errors:20%|slow:800ms" * 9,
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    """Another version than the new one too, for nobody would be misled by it."""
    with pytest.raises(UsageError, match="--break") as refused:
        Breakage.parse(text, to="v2")

    assert 1 == len(str(refused.value).splitlines())


def test_v1_cannot_be_broken_by_what_it_asks() -> None:
    """It asks nobody."""
    with pytest.raises(UsageError, match="v1 asks no other service"):
        Breakage.parse("v1=errors:20%", to="v1")


def test_the_fault_is_for_the_calls_of_this_version_alone() -> None:
    """All others take the route after it."""
    (rule,) = Breakage.parse("v2=errors:20%|slow:800ms", to="v2").rule(10)
    own, others = rule.spec["http"]

    assert [{"sourceLabels": {"app": "reviews", "version": "v2"}}] == own["match"]
    assert {"httpStatus": 500, "percentage": {"value": 20.0}} == own["fault"]["abort"]
    assert {"fixedDelay": "800ms", "percentage": {"value": 100.0}} == own["fault"]["delay"]
    assert {"route"} == set(others)
    assert own["route"] == others["route"]


def test_the_fault_is_for_some_pages_alone() -> None:
    """By the header in which the end user travels, by its percentage, and in steps that give the version so much."""
    broken = Breakage.parse("v2=slow:800ms@2%|user:홍길동|from:50%", to="v2")
    (rule,) = broken.rule(50)
    own, _ = rule.spec["http"]

    assert [] == list(broken.rule(49))
    assert {"end-user": {"exact": "%ED%99%8D%EA%B8%B8%EB%8F%99"}} == own["match"][0]["headers"]
    assert {"fixedDelay": "800ms", "percentage": {"value": 2.0}} == own["fault"]["delay"]
