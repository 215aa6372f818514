"""Files of expectations in few words."""

from __future__ import annotations

import textwrap
from fractions import Fraction

from scenarios.prove.asked import expectations
from scenarios.prove.reading import ExpectationFile
from scenarios.statistics.claim import Expectation

MARGIN = Fraction(5, 100)


def file(text: str) -> ExpectationFile:
    return ExpectationFile("expect.yaml", textwrap.dedent(text))


def one(written: str) -> Expectation:
    """The one expectation of a file, written in YAML's flow style."""
    (expected,) = expectations(file(f"expectations:\n  - {written}\n"), MARGIN)
    return expected
