"""A rollout as typed, on a right mesh and on bad releases of every kind: promoted, or rolled back at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.journal import Journal
from platforms.environment import ROOT
from scenarios import rollout
from scenarios.release.upgrade import CONTROL
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

SCHEMA = json.loads((ROOT / "scenarios" / "reporting" / "report.schema.json").read_text())
QUICK = ["--worse", "10", "--steps", "50,100", "--margin", "20", "--slower", "2000"]
BEFORE = rollout.COMMAND.scenario([], 0).fallback  # type: ignore[arg-type]  # no margin is asked for


def is_last_step(state: State) -> bool:
    """Return whether everybody but the control visitor gets the new version."""
    return CONTROL in state.resources.dump()


@pytest.mark.exhaustive
def test_a_release_that_is_as_good_is_promoted(tmp_path: Path) -> None:
    """Every step holds; then the baseline is back, and all that is written says so."""
    with FakePlatform() as platform:
        ended = drive(rollout.COMMAND, [*QUICK, "--json", "--report", str(tmp_path)], platform)
        assert State(baseline()) == platform.in_force
    document = ended.document

    jsonschema.validate(document, SCHEMA)
    assert (0, "HOLDS") == (ended.code, document["verdict"])
    assert ["50 % v2", "100 % v2"] == [step["title"] for step in document["steps"]]
    assert ["HOLDS", "HOLDS"] == [step["health"]["verdict"] for step in document["steps"]]
    assert [None, None] == [step["health"]["rolled_back_ms"] for step in document["steps"]]
    assert Journal.of("local").read() is None
    assert "The staircase" in (tmp_path / "report.html").read_text()
    assert 'name="50 % v2: v2 is as good as v1"' in (tmp_path / "junit.xml").read_text()


@pytest.mark.parametrize(
    ("sick", "steps"),
    [
        pytest.param(lambda _state, _user, _pages: 0.5, 1, id="errors"),
        pytest.param(lambda _state, user, _pages: 0.9 if user == "opennaru" else 0.0, 1, id="errors for one user only"),
        pytest.param(lambda _state, _user, pages: 0.6 if pages > 60 else 0.0, 1, id="broken after a while"),
        pytest.param(
            lambda state, _user, _pages: 0.5 if is_last_step(state) else 0.0,
            2,
            id="good at 50 % and bad at 100 %",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_a_bad_release_is_rolled_back(sick: Callable[[State, str, int], float], steps: int) -> None:
    """At the step where it shows; how many pages were bad and how long is said, and no further step is taken."""
    with FakePlatform(defects=Defects(sick=sick)) as platform:
        ended = drive(rollout.COMMAND, [*QUICK, "--json"], platform)
        applied = platform.applied
    *held, last = ended.document["steps"]
    health: dict[str, Any] = last["health"]

    assert (1, "FAILS") == (ended.code, ended.document["verdict"])
    assert steps == len(ended.document["steps"])
    assert ["HOLDS"] * len(held) == [step["health"]["verdict"] for step in held]
    assert "FAILS" == health["measures"]["success"]["verdict"]
    assert health["bad"] > 0
    assert health["first_bad_at_ms"] <= health["last_bad_at_ms"]
    assert health["rolled_back_ms"] is not None
    assert [BEFORE, State(baseline())] == applied[-2:]
    assert all(it["fits"] for claim in ended.document["claims"] for it in claim["outcomes"].values())
    assert all("v2 failed in" in reason for reason in ended.document["reasons"])


def test_a_planted_release_is_rolled_back_by_an_ordinary_rule() -> None:
    """What is printed says when, and the last line tells the whole story."""
    with FakePlatform() as platform:
        ended = drive(rollout.COMMAND, [*QUICK, "--break", "v2=errors:60%"], platform)

    assert 1 == ended.code
    assert re.search(r"50 % v2 · rolled back, on 7 proxies after \d+ ms", ended.out)
    assert re.search(
        r"FAILS · 50 % v2 rolled back: v1 for everybody after .* pages of v2 were bad, the last", ended.out
    )
    assert "sourceLabels" in ended.out


def test_a_leak_rolls_back_too() -> None:
    """The split is proven like any other: v3 was never to be seen."""
    with FakePlatform(defects=Defects(leak=0.2)) as platform:
        ended = drive(rollout.COMMAND, [*QUICK, "--json"], platform)
        assert State(baseline()) == platform.in_force

    assert 1 == ended.code
    assert ended.document["steps"][-1]["health"]["rolled_back_ms"] is not None
    assert all("v3" in reason for reason in ended.document["reasons"])


def test_too_few_answers_promote_nothing() -> None:
    """What is not shown to be as good is taken back: exit 4."""
    with FakePlatform() as platform:
        ended = drive(rollout.COMMAND, [*QUICK, "--requests", "20", "--json"], platform)

    assert 4 == ended.code
    assert 1 == len(ended.document["steps"])
    assert "do not show that v2 is as good as v1" in " ".join(ended.document["reasons"])


def test_it_says_before_it_begins_what_it_takes() -> None:
    """How many requests at most, and how long."""
    with FakePlatform() as platform:
        lines = drive(rollout.COMMAND, [*QUICK, "--requests", "20"], platform).out.splitlines()
    told = next(number for number, line in enumerate(lines) if "at most 140 requests in all" in line)

    assert told < next(number for number, line in enumerate(lines) if "in force on" in line)
