"""The verdicts of `check`: lines for people, JSON for scripts, JUnit and SARIF for CI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from platforms.cli.rule_check import ObjectVerdict, RuleCheck
from platforms.errors import UsageError, in_one_line

_MARKS = {"accepted": "✓", "refused": "✗", "set aside": "-"}
_SARIF_LEVELS = {"Error": "error", "Warning": "warning", "Info": "note"}
_REFUSED = "refused"


def lines(result: RuleCheck) -> Iterator[str]:
    """Yield a line per object, with what should be known of it below it, and their numbers at the end."""
    for one in result.verdicts:
        reason = f": {one.reason}" if one.reason else ""
        yield in_one_line(f"{_MARKS[one.outcome]} {_place(one)}{one.name and f' {one.name}'}{reason}")
        for finding in one.findings:
            yield in_one_line(f"  {finding.level} [{finding.code}] {finding.message}")
    yield from map(in_one_line, result.notes)
    numbers = (f"{result.count(outcome)} {outcome}" for outcome in ("accepted", "refused", "set aside"))
    total = len(result.verdicts)
    yield f"{total} object{'' if total == 1 else 's'} on platform {result.platform}: {', '.join(numbers)}"


def document(result: RuleCheck) -> dict[str, Any]:
    return {
        "platform": result.platform,
        "accepted": result.is_accepted,
        "verdicts": [asdict(one) for one in result.verdicts],
        "notes": list(result.notes),
    }


def write(result: RuleCheck, path: Path) -> None:
    """Write the report whose format the ending of the name says; raises UsageError where there is none, or it cannot be."""
    try:
        path.write_text(_FORMATS[path.suffix](result), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be written: {error.strerror}") from error


def check_ending(path: Path) -> None:
    """Raise UsageError, before anything is judged, for a report in no format that there is."""
    if path.suffix not in _FORMATS:
        raise UsageError(f"--report {path}: end it in .xml for JUnit, or in .sarif")


def junit(result: RuleCheck) -> str:
    """Return a test case per object; a failure for what is refused, and what is set aside as skipped."""
    suite = ET.Element(
        "testsuite",
        name="platforms.check",
        tests=str(len(result.verdicts)),
        failures=str(result.count("refused")),
        skipped=str(result.count("set aside")),
    )
    for one in result.verdicts:
        case = ET.SubElement(suite, "testcase", classname=one.file, name=one.name or one.file, file=one.file)
        if one.line:
            case.set("line", str(one.line))
        if one.outcome == "refused":
            ET.SubElement(case, "failure", message=in_one_line(one.reason), type=_REFUSED)
        elif one.outcome == "set aside":
            ET.SubElement(case, "skipped", message=one.reason)
        elif one.findings:
            ET.SubElement(case, "system-out").text = "\n".join(in_one_line(str(found)) for found in one.findings)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def sarif(result: RuleCheck) -> str:
    """Return a result of SARIF 2.1.0 for what is refused and for every finding, at its line."""
    results = list(_results(result))
    rules = sorted({one["ruleId"] for one in results})
    driver = {"name": "bookinfo platforms check", "rules": [{"id": name} for name in rules]}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return f"{json.dumps(log, indent=2)}\n"


def _results(result: RuleCheck) -> Iterator[dict[str, Any]]:
    for one in result.verdicts:
        if one.outcome == "refused":
            yield _result(one, _REFUSED, "error", one.reason)
        for finding in one.findings:
            yield _result(one, finding.code, _SARIF_LEVELS[finding.level], finding.message)


def _result(verdict: ObjectVerdict, rule: str, level: str, said: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(verdict.file, safe="/:")}}
    if verdict.line:
        place["region"] = {"startLine": verdict.line}
    text = f"{verdict.name}: {said}" if verdict.name else said
    message = {"text": in_one_line(text)}
    return {"ruleId": rule, "level": level, "message": message, "locations": [{"physicalLocation": place}]}


def _place(verdict: ObjectVerdict) -> str:
    return f"{verdict.file}:{verdict.line}" if verdict.line else verdict.file


_FORMATS = {".xml": junit, ".sarif": sarif}
