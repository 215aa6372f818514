"""Circuit breaking on the local platform: real proxies keep an instance that hangs out, and take it back."""

from __future__ import annotations

import pytest

from tests.e2e.demo import Demo
from tests.e2e.scenarios.test_local import assert_holds, told

pytestmark = pytest.mark.exhaustive


def test_an_instance_that_hangs_is_kept_out_and_taken_back(demo: Demo) -> None:
    """After three bad answers; nobody meets it meanwhile, by both witnesses."""
    document = told(demo, "scenarios.circuit_breaking")
    _, hangs, again = (step["ejection"] for step in document["steps"])

    assert_holds(document)
    assert ("out", 0) == (hangs["wanted"], hangs["asked"])
    assert hangs["bad_answers"] >= 3
    assert hangs["met"] > 0
    assert ("back", "HOLDS") == (again["wanted"], again["verdict"])


def test_without_detection_it_is_still_asked(demo: Demo) -> None:
    """The same claims fail, with who met it."""
    document = told(demo, "scenarios.circuit_breaking", "--without-detection")

    assert ("FAILS", True) == (document["verdict"], document["restored"])
    assert any("was still asked after" in reason for reason in document["reasons"])
    assert document["steps"][1]["ejection"]["asked"] > 0
