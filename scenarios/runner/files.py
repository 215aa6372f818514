"""The report as files: for a script, for a CI system, for a person, and the YAML that was in force."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from platforms.errors import UsageError
from scenarios.runner.enduser import shown
from scenarios.runner.judge import Verdict
from scenarios.runner.report import Report, document
from scenarios.runner.webpage import page

# What XML 1.0 cannot hold at all.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def prepare(given: str) -> Path:
    """The folder, if the report can be written there: known before anything is changed; raises UsageError otherwise."""
    if not given:
        raise UsageError("--report '': give a folder, as in --report report")
    folder = Path(given)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise UsageError(f"--report {folder}: no folder to write to ({error.strerror or error})") from error


def write(report: Report, folder: Path) -> str:
    """Write all files of the report into the folder and say where they are."""
    texts = {
        "report.json": json.dumps(document(report), ensure_ascii=False, indent=2) + "\n",
        "junit.xml": junit(report),
        "report.html": page(report),
        **{
            _yaml_name(number, step.step.title): step.step.state.resources.dump()
            for number, step in enumerate(report.steps, start=1)
        },
    }
    folder.mkdir(parents=True, exist_ok=True)  # again: a run takes long enough for somebody to tidy up
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return f"report: {folder / 'report.html'} (and {', '.join(name for name in texts if name != 'report.html')})"


def junit(report: Report) -> str:
    """One test case per claim: a failure if it FAILS, an error if it is INCONCLUSIVE."""
    verdicts = [finding.verdict for finding in report.findings]
    suite = ET.Element(
        "testsuite",
        name=f"scenarios.{report.scenario.name}",
        tests=str(len(verdicts)),
        failures=str(verdicts.count(Verdict.FAILS)),
        errors=str(verdicts.count(Verdict.INCONCLUSIVE)),
        time=f"{report.seconds:.3f}",
        timestamp=report.started.isoformat(timespec="seconds"),
    )
    for step in report.steps:
        for finding in step.findings:
            case = ET.SubElement(
                suite,
                "testcase",
                classname=f"scenarios.{report.scenario.name}",
                name=_xml(f"{step.step.title}: {shown(finding.end_user)}"),
                time=f"{step.seconds:.3f}",
            )
            if finding.verdict is not Verdict.HOLDS:
                kind = "failure" if finding.verdict is Verdict.FAILS else "error"
                ET.SubElement(case, kind, message=_xml(finding.reason), type=finding.verdict.name)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    return _NO_XML.sub("�", text)


def _yaml_name(number: int, title: str) -> str:
    return f"{number}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-') or 'step'}.yaml"
