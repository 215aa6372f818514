"""The verdicts of `check` in the formats of CI."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from platforms.__main__ import main
from platforms.cli.check_reports import document, junit, lines, sarif
from platforms.cli.rule_check import ObjectVerdict, RuleCheck
from platforms.istio.analysis.message import Finding

FOUND = Finding("IST0101", "Warning", "no <such> host\x00\uffff", "a b.yaml: VirtualService a")
RESULT = RuleCheck(
    "local",
    (
        ObjectVerdict("a b.yaml", 7, "VirtualService a", "accepted", "", (FOUND,)),
        ObjectVerdict("-", 0, "", "refused", 'not "YAML"\n\x1b[31m'),
        ObjectVerdict("c.yaml", 1, "Service c", "set aside", "no rule"),
        ObjectVerdict("d.yaml", 2, "VirtualService d", "accepted"),
    ),
    ("a note",),
)


def test_junit_fails_for_what_is_refused() -> None:
    """And skips what is set aside; control characters, which XML cannot hold, are told in words."""
    suite = ET.fromstring(junit(RESULT))  # noqa: S314  # our own

    assert ("4", "1", "1") == (suite.get("tests"), suite.get("failures"), suite.get("skipped"))
    assert [["system-out"], ["failure"], ["skipped"], []] == [[one.tag for one in case] for case in suite]
    assert ["7", None, "1", "2"] == [case.get("line") for case in suite]
    assert r'not "YAML"\n\x1b[31m' == suite[1][0].get("message")
    assert r"\x00\uffff" in (suite[0][0].text or "")


def test_sarif_has_a_result_for_whatever_somebody_should_look_at() -> None:
    """With its file as a URI, and its line where it is known."""
    log = json.loads(sarif(RESULT))
    (run,) = log["runs"]

    assert "2.1.0" == log["version"]
    assert [{"id": "IST0101"}, {"id": "refused"}] == run["tool"]["driver"]["rules"]
    assert [("IST0101", "warning"), ("refused", "error")] == [(one["ruleId"], one["level"]) for one in run["results"]]
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [
        {"artifactLocation": {"uri": "a%20b.yaml"}, "region": {"startLine": 7}},
        {"artifactLocation": {"uri": "-"}},
    ] == places


def test_lines_and_document_say_the_same() -> None:
    """A line per object, its findings below it, and the numbers."""
    assert [
        "✓ a b.yaml:7 VirtualService a",
        r"  Warning [IST0101] no <such> host\x00\uffff",
        r'✗ -: not "YAML"\n\x1b[31m',
        "- c.yaml:1 Service c: no rule",
        "✓ d.yaml:2 VirtualService d",
        "a note",
        "4 objects on platform local: 2 accepted, 1 refused, 1 set aside",
    ] == list(lines(RESULT))
    said = document(RESULT)
    assert (False, ["a note"], 4) == (said["accepted"], said["notes"], len(said["verdicts"]))


@pytest.mark.parametrize(("ending", "begins"), [("xml", "<?xml"), ("sarif", "{")])
def test_a_report_is_written(ending: str, begins: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the format that its name ends in, whatever the verdict."""
    report = tmp_path / f"rules.{ending}"
    (tmp_path / "a.yaml").write_text("a: [")

    assert 1 == main(["check", "-f", str(tmp_path / "a.yaml"), "--report", str(report)])
    assert report.read_text().startswith(begins)
    assert "1 object on platform local: 0 accepted, 1 refused" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("report", "complaint"),
    [("x.html", "x.html: end it in .xml for JUnit, or in .sarif"), ("no/x.xml", "cannot be written: No such file")],
)
def test_a_report_that_cannot_be_written(report: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with the reason."""
    assert 2 == main(["check", "-f", "istio/canary.yaml", "--report", report])
    assert complaint in capsys.readouterr().err
