"""What no page shows: the proxies' counts are claimed too, on a right mesh and on wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.environment import ROOT
from scenarios import mirroring, retries, timeouts
from scenarios.run.cli import Command
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

SCHEMA = json.loads((ROOT / "scenarios" / "reporting" / "report.schema.json").read_text())


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (mirroring.COMMAND, "mirrored"),
        pytest.param(timeouts.COMMAND, "timed_out", marks=pytest.mark.exhaustive),
        pytest.param(retries.COMMAND, "rescued", marks=pytest.mark.exhaustive),
    ],
)
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
        pytest.param(retries.COMMAND, ["--no-retries"], Defects(), "ratings unavailable", id="no retries"),
        pytest.param(mirroring.COMMAND, ["--no-mirror"], Defects(), "copies to reviews v2: 0 of 60", id="no mirror"),
        pytest.param(
            mirroring.COMMAND,
            ["--percent", "100"],
            Defects(copies=50),
            "copies to reviews v2",
            id="some are not copied",
        ),
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


@pytest.mark.parametrize("command", [timeouts.COMMAND, pytest.param(retries.COMMAND, marks=pytest.mark.exhaustive)])
def test_counts_that_are_not_kept_are_said(command: Command) -> None:
    """Exit 4: nobody knows."""
    with FakePlatform(defects=Defects(keeps_calls=False)) as platform:
        ended = drive(command, ["--json", "--requests", "60"], platform)

    assert (4, "INCONCLUSIVE") == (ended.code, ended.verdict)
    assert ["the proxies do not keep this count"] == [reason.partition(":")[0] for reason in ended.document["reasons"]]


def test_a_copy_that_a_visitor_gets_is_a_leak() -> None:
    """The copies are as asked, and yet the episode fails: somebody saw what nobody was to see."""
    with FakePlatform(defects=Defects(leak=0.05)) as platform:
        ended = drive(mirroring.COMMAND, ["--json", "--to", "v3", "--requests", "200"], platform)

    assert (1, "FAILS") == (ended.code, ended.verdict)
    assert any("v3" in reason and "not asked" not in reason for reason in ended.document["reasons"])


def test_copies_do_not_hide_who_else_was_there() -> None:
    """As many strangers as visitors: exit 4, although their calls are copied as often."""
    with FakePlatform(defects=Defects(strangers=1)) as platform:
        ended = drive(mirroring.COMMAND, ["--json", "--requests", "200"], platform)

    assert (4, "INCONCLUSIVE") == (ended.code, ended.verdict)
