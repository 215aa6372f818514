"""What a run leaves for scripts and for people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from platforms.environment import ROOT
from platforms.resources import ISTIO, baseline, load
from scenarios import canary, fault_ratings, user_routing
from scenarios.runner.cli import Command
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

SCHEMA = json.loads((ROOT / "scenarios" / "runner" / "report.schema.json").read_text())


@pytest.mark.parametrize("command", [canary.COMMAND, user_routing.COMMAND, fault_ratings.COMMAND])
@pytest.mark.parametrize("defects", [Defects(), Defects(leak=0.5, cut_connections=0.1)])
def test_json_is_one_document_of_the_schema(command: Command, defects: Defects) -> None:
    """Whatever the verdict; and nothing else is on stdout."""
    with FakePlatform(defects=defects) as platform:
        ended = drive(command, ["--json", "--requests", "60"], platform)

    jsonschema.validate(ended.document, SCHEMA)


def test_every_count_of_a_claim_adds_up() -> None:
    """Outcomes and missing answers make the requests, and the steps make the run."""
    with FakePlatform(defects=Defects(cut_connections=0.05)) as platform:
        document = drive(user_routing.COMMAND, ["--json", "--requests", "100"], platform).document

    for claim in document["claims"]:
        seen = sum(outcome["client"] for outcome in claim["outcomes"].values())
        assert claim["requests"] == seen + sum(claim["missing"].values())
    assert 400 == document["requests"] == sum(step["requests"] for step in document["steps"])


def test_the_slides_measurement_is_repeated() -> None:
    """--rate and --duration say how many requests there are and how long they take."""
    with FakePlatform() as platform:
        document = drive(canary.COMMAND, ["--json", "--rate", "60", "--duration", "2"], platform).document

    assert [120, 120] == [step["requests"] for step in document["steps"]]
    assert all(1.9 < step["seconds"] for step in document["steps"])


def test_quiet_is_the_verdict_only() -> None:
    """One line, which begins with it."""
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--quiet"], platform)

    assert 1 == len(ended.out.splitlines())
    assert ended.out.strip().startswith("HOLDS · a split off by 5 points")


def test_the_claims_stand_before_the_traffic() -> None:
    """How many requests, and what they allow, is printed before the first of them is sent."""
    with FakePlatform() as platform:
        lines = drive(canary.COMMAND, [], platform).out.splitlines()
    claims = [number for number, line in enumerate(lines) if "allows" in line]
    sent = [number for number, line in enumerate(lines) if "requests in" in line]

    assert 2 == len(claims)
    assert max(claims) < min(sent)


def test_what_is_no_terminal_gets_plain_lines() -> None:
    """No escape codes, no bar."""
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--verbose"], platform)

    assert "\x1b" not in ended.out + ended.err
    assert "\r" not in ended.out + ended.err


def test_a_report_is_left_in_the_folder(tmp_path: Path) -> None:
    """The document, JUnit's file, the page and the YAML that was in force, step by step."""
    folder = tmp_path / "a" / "b"
    with FakePlatform(defects=Defects(leak=0.2)) as platform:
        ended = drive(user_routing.COMMAND, ["--json", "--report", str(folder), "--user", "<b>&\"'"], platform)
    suite = ET.parse(folder / "junit.xml").getroot()  # noqa: S314  # our own file

    assert ended.document == json.loads((folder / "report.json").read_text())
    assert ("4", "3", "0") == (suite.get("tests"), suite.get("failures"), suite.get("errors"))
    assert ["1-only-b-sees-v3.yaml", "junit.xml", "report.html", "report.json"] == sorted(
        path.name for path in folder.iterdir()
    )


def test_a_report_that_cannot_be_written_in_the_end_costs_no_result(tmp_path: Path) -> None:
    """The verdict is printed; exit 3, one line that says which file."""
    (tmp_path / "report.html").mkdir()
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--report", str(tmp_path), "--quiet"], platform)

    assert 3 == ended.code
    assert ended.out.strip().startswith("HOLDS")
    assert 1 == len(ended.err.splitlines())
    assert "report.html" in ended.err


def test_the_yaml_of_a_report_can_be_applied(tmp_path: Path) -> None:
    """It is what was in force."""
    with FakePlatform() as platform:
        drive(canary.COMMAND, ["--report", str(tmp_path), "--quiet"], platform)

    assert baseline().overlaid(load(ISTIO / "canary.yaml")) == load(tmp_path / "2-90-10-0.yaml")


def test_the_page_of_a_report_stands_alone(tmp_path: Path) -> None:
    """Nothing is loaded from outside, no script runs, and a name with markup is text."""
    with FakePlatform() as platform:
        drive(
            user_routing.COMMAND,
            ["--report", str(tmp_path), "--quiet", "--user", "<script>alert(1)</script>"],
            platform,
        )
    page = (tmp_path / "report.html").read_text()

    assert not re.search(r"<script|src=|href=|url\(|@import", page)
    assert "&lt;script&gt;" in page
    assert page.index("HOLDS") < page.index("<table>")


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    """Exit 2, one line, mesh untouched."""
    (tmp_path / "file").touch()
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--report", str(tmp_path / "file" / "x")], platform)

        assert [] == platform.applied
    assert (2, "") == (ended.code, ended.out)
    assert 1 == len(ended.err.splitlines())
