"""The reports of a run, for scripts and for people."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.environment import ROOT
from scenarios import canary, fault_ratings, report, user_routing
from scenarios.registry import COMMANDS
from scenarios.run.cli import Command
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

SCHEMA = json.loads((ROOT / "scenarios" / "reporting" / "report.schema.json").read_text())


@pytest.mark.parametrize("command", COMMANDS.values())
@pytest.mark.parametrize(
    "defects", [Defects(), pytest.param(Defects(leak=0.5, cut_connections=0.1), marks=pytest.mark.exhaustive)]
)
def test_json_is_one_document_of_the_schema(command: Command, defects: Defects) -> None:
    """With any verdict; and nothing else is on stdout."""
    with FakePlatform(defects=defects) as platform:
        ended = drive(command, ["--json", "--requests", "60"], platform)

    jsonschema.validate(ended.document, SCHEMA)


def test_every_count_of_a_claim_adds_up() -> None:
    """Outcomes and missing answers make the requests, and the steps make the run."""
    with FakePlatform(defects=Defects(cut_connections=0.05)) as platform:
        document = drive(user_routing.COMMAND, ["--json", "--requests", "100"], platform).document

    assert all(claim["requests"] == claim["planned"] for claim in document["claims"])
    for claim in document["claims"]:
        seen = sum(outcome["client"] for outcome in claim["outcomes"].values())
        assert claim["requests"] == seen + sum(claim["missing"].values())
    assert 600 == document["requests"] == sum(step["requests"] for step in document["steps"])
    for step in document["steps"]:
        assert step["requests"] == sum(map(sum, step["answers"]["counts"].values()))


@pytest.mark.exhaustive
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
    assert ended.out.strip().startswith(
        "HOLDS · a split off by 10 points (even split) or a split off by 5 points (90,10,0) or a leak of 1 in 100 would"
    )


def test_the_claims_stand_before_the_traffic() -> None:
    """The number of requests and the allowed counts are printed before the first request is sent."""
    with FakePlatform() as platform:
        lines = drive(canary.COMMAND, [], platform).out.splitlines()
    claims = [number for number, line in enumerate(lines) if "allows" in line]
    sent = [number for number, line in enumerate(lines) if "requests in" in line]

    assert 2 == len(claims)
    assert lines[claims[0]].endswith("· catches a split off by 10 points")
    assert lines[claims[1]].endswith("· catches a split off by 5 points or a leak of 1 in 100")
    assert max(claims) < min(sent)


@pytest.mark.parametrize(
    ("command", "argv", "noted"),
    [
        pytest.param(canary.COMMAND, ["--margin", "20"], False, marks=pytest.mark.exhaustive),
        (canary.COMMAND, ["--margin", "20", "--requests", "300"], True),
        (fault_ratings.COMMAND, ["--margin", "20"], True),
        pytest.param(
            fault_ratings.COMMAND, ["--margin", "20", "--fault", "delay"], False, marks=pytest.mark.exhaustive
        ),
        pytest.param(user_routing.COMMAND, ["--margin", "20"], False, marks=pytest.mark.exhaustive),
        pytest.param(user_routing.COMMAND, ["--margin", "20", "--others", "v1"], True, marks=pytest.mark.exhaustive),
    ],
)
def test_a_margin_that_changes_nothing_is_said(command: Command, argv: list[str], *, noted: bool) -> None:
    """Before the first request: the claims are what they would be without it."""
    with FakePlatform() as platform:
        out = drive(command, argv, platform).out

    assert noted is ("note · --margin 20 makes no difference here" in out)


def test_a_table_shows_what_was_seen_beside_what_was_asked() -> None:
    """The share in percent with its interval, and the counts that do not speak against what was asked."""
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--weights", "90,10,0"], platform)
    (line,) = (line for line in ended.out.splitlines() if "v2 black stars    10 %" in line)

    assert re.search(r"10 % +\d+\.\d % \(\d+\.\d–\d+\.\d\) +\d+–\d+ ", line)  # noqa: RUF001  # a range


def test_how_it_is_known_is_told_on_demand() -> None:
    """With --verbose, the sentences of the report."""
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--verbose"], platform)

    assert "a failed sample is never repeated until it passes" in ended.out


def test_a_report_of_the_first_version_is_drawn_again(tmp_path: Path) -> None:
    """With what it says: it had no intervals, and no allowed numbers of pages on time."""
    with FakePlatform() as platform:
        found = drive(fault_ratings.COMMAND, ["--json", "--requests", "60"], platform).document
    assert 3 == found["schema_version"]
    found["schema_version"] = 1
    del found["messages"]
    for claim in found["claims"]:
        del claim["catches_late_in_100"]
        if claim["budget"]:
            del claim["budget"]["allowed"]
        for outcome in claim["outcomes"].values():
            del outcome["share"], outcome["share_95"]
    (tmp_path / "report.json").write_text(json.dumps(found))

    assert 0 == report.main([str(tmp_path)])
    assert "95 % intervals" not in (tmp_path / "report.html").read_text()


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
    assert ("5", "4", "0") == (suite.get("tests"), suite.get("failures"), suite.get("errors"))
    assert ["1-only-b-sees-v3.yaml", "junit.xml", "recording.jsonl", "report.html", "report.json"] == sorted(
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

    assert not re.search(r"<script|src=|href=|url\(|@import|\son\w+=", page)
    assert "&lt;script&gt;" in page
    assert page.index("HOLDS") < page.index("<table")
    assert len(page) < 120_000


@pytest.mark.parametrize(
    ("defects", "argv", "verdict", "said"),
    [
        (Defects(), [], "HOLDS", "baseline restored"),
        (Defects(), ["--keep"], "HOLDS", "rule kept"),
        (Defects(leak=0.3), [], "FAILS", "allowed 0 for 0 %"),
        (Defects(strangers=1), [], "INCONCLUSIVE", "This run cannot be relied on"),
        (Defects(restore_fails=True), [], "HOLDS", "the baseline is NOT back"),
    ],
)
def test_a_page_says_first_what_became_of_the_run(
    defects: Defects, argv: list[str], verdict: str, said: str, tmp_path: Path
) -> None:
    """The verdict as a word with its mark, never as a colour alone; and how the demo was left."""
    with FakePlatform(defects=defects) as platform:
        drive(canary.COMMAND, ["--report", str(tmp_path), "--quiet", "--requests", "300", *argv], platform)
    page = (tmp_path / "report.html").read_text()
    mark = {"HOLDS": "✓", "FAILS": "✗", "INCONCLUSIVE": "?"}[verdict]

    assert f'<section class="verdict {verdict}">' in page
    assert re.search(rf'<p class="word"><span aria-hidden="true">{re.escape(mark)}</span> {verdict}', page)
    assert said in page


NAMES = re.compile(
    r"`[^`]*`|--[a-z-]+|\b(?:HOLDS|FAILS|INCONCLUSIVE|opennaru2?|OPENNARU|Opennaru|somebody|local|YAML|HTTP [0-9]{3}|p50|p95|p99|rps|ms|s"
    r"|N/A|mTLS|v[123]|end-user:|Wald|Clopper-Pearson|[0-9a-f]{7}|English|connection closed|[a-z]+-v[123])(?![A-Za-z])|%p|%[0-9A-F]{2}",
    re.ASCII,
)
"""What stands in a Korean page as it stands in an English one: names, units, and whom to thank."""


def in_korean(page: str) -> str:
    """What the page shows in Korean, without its YAML and commands."""
    body = page.partition("<body>")[2]
    for hidden in (
        r"<pre.*?</pre>",
        r'<(span|tspan) lang="en">.*?</\1>',
        r"<title.*?</title>",
        r"<desc.*?</desc>",
        r"<[^>]*>",
    ):
        body = re.sub(hidden, " ", body, flags=re.DOTALL)
    return html.unescape(body)


@pytest.mark.parametrize(
    ("command", "argv", "defects"),
    [
        (canary.COMMAND, ["--requests", "200"], Defects()),
        (canary.COMMAND, ["--keep", "--requests", "200"], Defects(leak=0.2)),
        (canary.COMMAND, ["--requests", "5"], Defects()),
        (canary.COMMAND, ["--weights", "999,1,0"], Defects()),
        (user_routing.COMMAND, ["--as-on-slide", "--requests", "60"], Defects()),
        (user_routing.COMMAND, ["--user", "홍길동", "--requests", "60"], Defects(uncounted=10)),
        pytest.param(
            user_routing.COMMAND, ["--requests", "60"], Defects(cut_connections=0.05), marks=pytest.mark.exhaustive
        ),
        (user_routing.COMMAND, ["--requests", "60"], Defects(strangers=1)),
        pytest.param(fault_ratings.COMMAND, ["--requests", "60"], Defects(), marks=pytest.mark.exhaustive),
        (
            fault_ratings.COMMAND,
            ["--fault", "outage", "--reviews", "v2", "--requests", "60"],
            Defects(ignores_faults=True),
        ),
        (fault_ratings.COMMAND, ["--fault", "delay", "--keep", "--requests", "60"], Defects(broken_pages=0.02)),
        pytest.param(
            fault_ratings.COMMAND,
            ["--fault", "delay", "--reviews", "v2", "--requests", "60"],
            Defects(),
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_everything_on_a_page_has_its_korean(
    command: Command, argv: list[str], defects: Defects, tmp_path: Path
) -> None:
    """But for names, units and what a proxy said."""
    with FakePlatform(defects=defects) as platform:
        drive(command, ["--report", str(tmp_path), "--quiet", *argv], platform)
    shown = in_korean((tmp_path / "report.html").read_text())

    assert re.search("[가-힣]", shown)
    assert [] == re.findall("[A-Za-z][A-Za-z ]*", NAMES.sub("", shown))


def test_recovery_is_timed_aside_from_the_judged_pages() -> None:
    """From the healed state to the first page with stars; the visitors who saw it are nobody's requests."""
    with FakePlatform(lag=0.1) as platform:
        document = drive(fault_ratings.COMMAND, ["--json", "--requests", "60"], platform).document

    assert document["recovered_first_ms"] >= 100
    assert document["recovered_last_ms"] is not None
    assert document["recovered_pages"] > 0
    assert [60, 60, 60] == [step["proxies"]["reviews_answered"]["v3"] for step in document["steps"]]


def test_the_moments_of_a_run_are_in_order() -> None:
    """Every step is applied after the one before it, and the baseline comes last; the run's end is by another clock."""
    clock = time.perf_counter()
    with FakePlatform() as platform:
        document = drive(canary.COMMAND, ["--json", "--requests", "60"], platform).document
    moments = [0, *(step["applied_at_ms"] for step in document["steps"]), document["restored_at_ms"]]

    assert moments == sorted(moments)
    assert sum(step["seconds"] for step in document["steps"]) < document["total_seconds"]
    assert document["total_seconds"] <= time.perf_counter() - clock


@pytest.mark.exhaustive
def test_a_late_page_fails_its_budget(tmp_path: Path) -> None:
    """The claim fails although the page shows the right thing, and CI sees why."""
    with FakePlatform(second=1.5) as platform:
        argv = ["--json", "--fault", "delay", "--requests", "60", "--rate", "120", "--report", str(tmp_path)]
        claim = drive(fault_ratings.COMMAND, argv, platform).document["claims"][1]
    failed = ET.parse(tmp_path / "junit.xml").getroot().findall("testcase[failure]")  # noqa: S314  # our own file

    assert ("FAILS", {"ratings unavailable": 60}) == (
        claim["verdict"],
        {name: outcome["client"] for name, outcome in claim["outcomes"].items() if outcome["client"]},
    )
    assert {"within_ms": 3500, "on_time": 0, "late": 60, "allowed": [50, 60], "verdict": "FAILS"} == claim["budget"]
    assert [
        "ratings answer 7 s late: anonymous",
        "ratings answer 7 s late: anonymous: 95 of 100 pages within 3.5 s",
    ] == [case.get("name") for case in failed]


def test_a_report_is_drawn_again_from_its_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte, and listed with what became of it."""
    with FakePlatform(defects=Defects(leak=0.3)) as platform:
        drive(canary.COMMAND, ["--report", str(tmp_path / "a" / "b"), "--quiet", "--requests", "60"], platform)
    written = {path: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    for path in written:
        if path.name not in {"report.json", "recording.jsonl"}:
            path.unlink()

    assert 0 == report.main([str(tmp_path)])
    assert written == {path: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    assert re.search(r"canary 90,10,0 +local +✗ FAILS +[0-9,]+ +.*/a/b/report.html", capsys.readouterr().out)


def test_listing_alone_writes_nothing(tmp_path: Path) -> None:
    """--list is for a look at a folder that is somebody else's."""
    with FakePlatform() as platform:
        drive(canary.COMMAND, ["--report", str(tmp_path), "--quiet"], platform)
    (tmp_path / "report.html").unlink()

    assert 0 == report.main(["--list", str(tmp_path)])
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no schema_version; a report that can be drawn again has 1, 2 or 3"),
        ('{"verdict": "HOLDS"}', "no schema_version"),
        ('{"schema_version": 4}', "schema_version 4; a report that can be drawn again has 1, 2 or 3"),
        ('{"schema_version": 1}', "is a required property"),
        ("\udcff", "no JSON"),
    ],
)
def test_what_is_no_report_is_named_with_what_is_wrong(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one line, and nothing is written."""
    (tmp_path / "report.json").write_bytes(text.encode(errors="surrogateescape"))

    assert 2 == report.main([str(tmp_path)])

    error = capsys.readouterr().err

    assert said in error
    assert 1 == len(error.splitlines())
    assert ["report.json"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("argv", [[], ["nowhere"], ["{}"]])
def test_a_folder_without_reports_is_wrong_usage(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one line."""
    assert 2 == report.main([word.format(tmp_path) for word in argv])
    assert 1 == len(capsys.readouterr().err.splitlines())


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    """Exit 2, one line, mesh untouched."""
    (tmp_path / "file").touch()
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--report", str(tmp_path / "file" / "x")], platform)

        assert [] == platform.applied
    assert (2, "") == (ended.code, ended.out)
    assert 1 == len(ended.err.splitlines())
