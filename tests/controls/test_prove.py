"""Rules of one's own, proven: a right mesh HOLDS, and each kind of expectation catches what is planted against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.bookinfo import ISTIO, baseline
from scenarios.fault_ratings import Fault, with_fault
from scenarios.prove.command import COMMAND
from tests.controls.drive import CommandResult, drive
from tests.fakes import Defects, FakePlatform

RULE = str(ISTIO / "user_routing.yaml")
SHARES = "{as: opennaru, shares: {v3: 100}, within: 9s}"
OTHERS = "{as: somebody, never: [v3]}"
STATUS = "{status: 200}"


def prove(folder: Path, defects: Defects, *expected: str, rule: str = RULE) -> CommandResult:
    path = folder / "expect.yaml"
    path.write_text("\n".join(["expectations:", *(f"  - {one}" for one in expected)]), encoding="utf-8")
    with FakePlatform(defects=defects) as platform:
        result = drive(COMMAND, ["-f", rule, "-f", str(path), "--json"], platform)
        assert baseline() == platform.in_force.resources
    return result


@pytest.mark.parametrize("logs_calls", [False, True])
def test_a_right_mesh_holds(tmp_path: Path, *, logs_calls: bool) -> None:
    """Versions, statuses and times, of end users at the same time and one after the other, with either witness."""
    result = prove(tmp_path, Defects(logs_calls=logs_calls), SHARES, OTHERS, STATUS)

    assert (0, "HOLDS", []) == (result.code, result.verdict, result.document["reasons"])
    assert ["HOLDS"] * 3 == [claim["verdict"] for claim in result.document["claims"]]
    assert 3 == len(
        [line for claim in result.document["claims"] for line in claim["outcomes"] if line in ("v3", "HTTP 200")]
    )


@pytest.mark.parametrize(
    ("defects", "expected", "reason"),
    [
        (Defects(drops_end_user=True), SHARES, "opennaru: v1 "),
        (Defects(leak=0.02), OTHERS, "somebody: v3 "),
        (Defects(broken_pages=0.02), STATUS, "anonymous: HTTP 503 "),
        (Defects(broken_pages=0.02), "{never: [503]}", "anonymous: HTTP 503 "),
        (Defects(), "{status: {200: 90, 503: 10}}", "anonymous: HTTP 200 "),
        (Defects(), "{path: /nowhere, status: 200}", "anonymous: HTTP 404 "),
    ],
)
def test_what_is_planted_is_caught(tmp_path: Path, defects: Defects, expected: str, reason: str) -> None:
    """Each by the expectation that it breaks."""
    result = prove(tmp_path, defects, expected)

    assert (1, "FAILS") == (result.code, result.verdict)
    assert any(reason in why for why in result.document["reasons"]), result.document["reasons"]


@pytest.mark.parametrize(
    "before", [[], pytest.param(["{status: 200, headers: {x-a: '1'}}"], marks=pytest.mark.exhaustive)]
)
def test_answers_that_are_late_are_caught(tmp_path: Path, before: list[str]) -> None:
    """Reviews v3 waits 2.5 s for late ratings, which takes 25 ms here; that a step before was as late is no excuse."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(with_fault(Fault.DELAY, "v3").resources.dump(), encoding="utf-8")
    result = prove(tmp_path, Defects(), *before, "{within: 20ms}", rule=str(rules))

    assert (1, "FAILS") == (result.code, result.verdict)
    assert "95 of 100 pages were to come within 0.02 s" in result.document["reasons"][0]


def test_what_may_come_is_no_exception(tmp_path: Path) -> None:
    """An expectation of what must never come says nothing of the rest."""
    (claim,) = prove(tmp_path, Defects(), OTHERS).document["claims"]

    assert {"v1", "v2"} < set(claim["outcomes"])
    assert all(outcome["fits"] for outcome in claim["outcomes"].values())


def test_so_many_requests_are_sent_as_were_asked_for(tmp_path: Path) -> None:
    """And too few of them are INCONCLUSIVE."""
    result = prove(tmp_path, Defects(), "{requests: 4, status: 200}")

    assert (4, 4) == (result.code, result.document["requests"])
