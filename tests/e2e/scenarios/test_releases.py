"""Releases on the local platform, good and bad, each planted as somebody would: promoted, or rolled back."""

from __future__ import annotations

import pytest

from tests.e2e.demo import Demo
from tests.e2e.scenarios.test_local import assert_holds, told

pytestmark = pytest.mark.exhaustive

HALF = ("--steps", "50")
TIMES = {"p50", "p95", "p99.5"}
TAIL = {"p95", "p99.5"}
"""What 4 slow calls in 100 are seen in: at p95 too where the old version got quicker, for the line is of all its answers so far."""


def test_a_good_one_is_promoted(demo: Demo) -> None:
    """By every measure."""
    document = told(demo, "scenarios.rollout", *HALF)

    assert_holds(document)
    assert ["HOLDS"] == [step["health"]["verdict"] for step in document["steps"]]


@pytest.mark.parametrize(
    ("planted", "worse"),
    [
        (("v2=errors:20%", "--steps", "10"), {"success"}),
        (("v2=errors:10%|user:opennaru", *HALF), {"success"}),
        (("v2=slow:800ms", *HALF), TIMES),
        (("v2=slow:2500ms@4%", *HALF), TAIL),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_a_bad_one_is_rolled_back(planted: tuple[str, ...], worse: set[str], demo: Demo) -> None:
    """While requests go on, and by nothing but what it is bad in: of several, the first that is sure."""
    document = told(demo, "scenarios.rollout", "--break", *planted)
    health = document["steps"][-1]["health"]

    assert ("FAILS", True) == (document["verdict"], document["restored"])
    assert set() < {name for name, one in health["measures"].items() if one["verdict"] == "FAILS"} <= worse
    assert health["rolled_back_ms"] is not None


def test_one_that_is_good_until_everybody_has_it_is_rolled_back_then(demo: Demo) -> None:
    """The step before was right to hold."""
    document = told(demo, "scenarios.rollout", "--steps", "50,100", "--break", "v2=errors:20%|from:100%")

    assert ("FAILS", True) == (document["verdict"], document["restored"])
    assert ["HOLDS", "FAILS"] == [step["health"]["verdict"] for step in document["steps"]]


def test_what_no_visitor_meets_is_not_seen_and_said(demo: Demo) -> None:
    """A release that is broken for somebody else holds: the note says why."""
    document = told(demo, "scenarios.rollout", *HALF, "--break", "v2=errors:100%|user:jason")

    assert_holds(document)
    assert any("jason" in note for note in document["notes"])
