"""A trial in a CI system."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from scenarios.reporting.trial.document import document
from scenarios.reporting.trial.junit import trial_junit
from tests.unit.scenarios.reporting.trial.trials import DOUBTED, OPENED, RIGHT, trial


def test_a_case_per_pair() -> None:
    """What FAILS is a failure, what is INCONCLUSIVE an error, each with its reason."""
    suite = ET.fromstring(trial_junit(document(trial(*RIGHT, OPENED, DOUBTED))))  # noqa: S314  # our own

    assert ("5", "1", "1") == (suite.get("tests"), suite.get("failures"), suite.get("errors"))
    (failure,), (error,) = suite.findall("testcase/failure"), suite.findall("testcase/error")
    assert "reviews-v1 → details (answered, not 403)" == failure.get("message")
    assert (error.get("message") or "").startswith("reviews-v3 → ratings (2 calls: 3 let through")
    assert "gateway → productpage: answered" == suite.findall("testcase")[0].get("name")
