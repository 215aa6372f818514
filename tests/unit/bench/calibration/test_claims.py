"""The claims that are calibrated are those of the registry."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bench.calibration import claims
from scenarios.registry import COMMANDS

MARGIN = Fraction(5, 100)


def test_every_scenario_is_there() -> None:
    """With the kinds of claim that its options bring: a delay is looked for with fewer pages."""
    found = dict(claims.claims_made(MARGIN))

    assert set(COMMANDS) == {name.partition(":")[0].partition(" ")[0] for name in found}
    assert [459, 44] == [claim.requests for name, claim in found.items() if name.startswith("fault_ratings")]


def test_a_new_scenario_is_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has to be told of it but the registry."""
    monkeypatch.setattr(claims, "COMMANDS", {"new": replace(COMMANDS["canary"], name="new")})

    assert ["new: even split", "new: 90,10,0"] == [name for name, _ in claims.claims_made(MARGIN)]


def test_what_is_tested_alike_is_there_once() -> None:
    """`--others v1` and `--reviews v2` claim nothing that is not claimed without."""
    names = [name for name, _ in claims.claims_made(MARGIN)]

    assert [] == [name for name in names if "--others" in name or "--reviews" in name]
