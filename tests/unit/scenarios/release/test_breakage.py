"""A bad release, as it is typed and as a rule."""

from __future__ import annotations

from fractions import Fraction

import pytest

from platforms.errors import UsageError
from scenarios.release.breakage import Breakage


def test_errors_and_slowness_are_read() -> None:
    """Both, or either."""
    assert Breakage("v2", Fraction(20), 800) == Breakage.parse("v2=errors:20%|slow:800ms", to="v2")
    assert Breakage("v3", Fraction("0.5"), 0) == Breakage.parse("v3=errors:0.5%", to="v3")
    assert Breakage("v2", Fraction(0), 800) == Breakage.parse("v2=slow:800ms", to="v2")


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
    (rule,) = Breakage.parse("v2=errors:20%|slow:800ms", to="v2").rule
    own, others = rule.spec["http"]

    assert [{"sourceLabels": {"app": "reviews", "version": "v2"}}] == own["match"]
    assert {"httpStatus": 500, "percentage": {"value": 20.0}} == own["fault"]["abort"]
    assert {"fixedDelay": "800ms", "percentage": {"value": 100}} == own["fault"]["delay"]
    assert {"route"} == set(others)
    assert own["route"] == others["route"]
