"""What no page shows: the proxies' counts are claimed too, on a right mesh and on wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.environment import ROOT
from scenarios import timeouts
from scenarios.run.cli import Command
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

SCHEMA = json.loads((ROOT / "scenarios" / "reporting" / "report.schema.json").read_text())


@pytest.mark.parametrize(("command", "kind"), [(timeouts.COMMAND, "timed_out")])
def test_a_right_mesh_holds(command: Command, kind: str, tmp_path: Path) -> None:
    """By both witnesses; all that is written says so, and the baseline is back."""
    with FakePlatform(defects=Defects(logs_calls=True)) as platform:
        ended = drive(command, ["--json", "--report", str(tmp_path), "--requests", "100"], platform)
        assert State(baseline()) == platform.in_force
    document = ended.document
    counted = document["steps"][-1]["counted"]

    jsonschema.validate(document, SCHEMA)
    assert (0, [], "HOLDS") == (ended.code, document["reasons"], document["verdict"])
    assert (kind, "HOLDS") == (counted["kind"], counted["verdict"])
    assert counted["allowed"][0] <= counted["counted"] <= counted["allowed"][1]
    assert counted["what"] in (tmp_path / "junit.xml").read_text()
    assert counted["what"] in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("command", "argv", "defects", "said"),
    [
        pytest.param(timeouts.COMMAND, ["--no-timeout"], Defects(), "black stars 60 of 60", id="no time-out"),
    ],
)
def test_a_wrong_mesh_fails(command: Command, argv: list[str], defects: Defects, said: str) -> None:
    """With what was met, by the pages and by the counts."""
    with FakePlatform(defects=defects) as platform:
        ended = drive(command, [*argv, "--json", "--requests", "60"], platform)
    reasons = " ".join(ended.document["reasons"])

    assert (1, "FAILS", True) == (ended.code, ended.verdict, ended.document["restored"])
    assert said in reasons
    assert "the proxies count" in reasons


@pytest.mark.parametrize("command", [timeouts.COMMAND])
def test_counts_that_are_not_kept_are_said(command: Command) -> None:
    """Exit 4: nobody knows."""
    with FakePlatform(defects=Defects(keeps_calls=False)) as platform:
        ended = drive(command, ["--json", "--requests", "60"], platform)

    assert (4, "INCONCLUSIVE") == (ended.code, ended.verdict)
    assert ["the proxies do not keep this count"] == [reason.partition(":")[0] for reason in ended.document["reasons"]]
