"""A trial as JUnit's XML: one test case per pair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.messages.catalogue import english
from scenarios.messages.message import Message
from scenarios.reporting.junit import Case, suite


def trial_junit(document: Mapping[str, Any]) -> str:
    """A failure for each pair that is not as it should be, and an error for each whose counts are not believed."""
    return suite(
        document,
        [
            Case(
                english(Message("zero_trust.case", caller=pair["caller"], app=pair["app"], expected=pair["expected"])),
                0.0,
                pair["verdict"],
                pair["reason"],
            )
            for pair in document["pairs"]
        ],
    )
