"""The report as JUnit's XML, which CI systems show: one test case per claim, and one per time budget."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from scenarios.messages.catalogue import english
from scenarios.messages.message import Message
from scenarios.statistics.claim import PUNCTUAL

# What XML 1.0 cannot hold at all.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {"FAILS": "failure", "INCONCLUSIVE": "error"}
_PROPERTIES = (
    "platform", "command", "revision", "verdict", "power", "in_force_ms", "recovered_ms", "recovered_first_ms",
    "recovered_last_ms", "restored_ms", "kept", "requests",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One test case."""

    name: str
    seconds: float
    verdict: str
    reason: str


def junit(document: Mapping[str, Any]) -> str:
    """The XML of a run: a case per claim."""
    return suite(document, _cases(document))


def suite(document: Mapping[str, Any], found: Iterable[Case]) -> str:
    """A failure for what FAILS, an error for what is INCONCLUSIVE, and one if the baseline is not back."""
    cases = [*found, *_not_restored(document)]
    suite = ET.Element(
        "testsuite",
        name=f"scenarios.{document['scenario']}",
        tests=str(len(cases)),
        failures=str(sum(case.verdict == "FAILS" for case in cases)),
        errors=str(sum(case.verdict == "INCONCLUSIVE" for case in cases)),
        time=f"{document['total_seconds']:.3f}",
        timestamp=document["started"][:19],
    )
    properties = ET.SubElement(suite, "properties")
    for name in _PROPERTIES:
        if document.get(name) is not None:
            ET.SubElement(properties, "property", name=name, value=_xml(str(document[name])))
    for case in cases:
        element = ET.SubElement(
            suite,
            "testcase",
            classname=f"scenarios.{document['scenario']}",
            name=_xml(case.name),
            time=f"{case.seconds:.3f}",
        )
        if kind := _KINDS.get(case.verdict):
            ET.SubElement(element, kind, message=_xml(case.reason), type=case.verdict)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _cases(document: Mapping[str, Any]) -> Iterator[Case]:
    seconds = {step["title"]: step["seconds"] for step in document["steps"]}
    for claim in document["claims"]:
        name, took = f"{claim['step']}: {claim['end_user']}", seconds[claim["step"]]
        yield Case(name, took, claim["verdict"], claim["reason"])
        if budget := claim["budget"]:
            within = english(Message("junit.within", n=PUNCTUAL, within=budget["within_ms"] / 1000))
            slowest = claim["milliseconds"]["100"]
            late = english(Message("junit.late", n=budget["late"], requests=claim["requests"], slowest=slowest))
            yield Case(f"{name}: {within}", took, budget["verdict"], late if budget["late"] else claim["reason"])
    for step in document["steps"]:
        if health := step.get("health"):
            name = english(Message("junit.health", step=step["title"], new=health["new"], old=health["old"]))
            reason = "" if health["verdict"] == "HOLDS" else "; ".join(document["reasons"])
            yield Case(name, step["seconds"], health["verdict"], reason)
        if counted := step.get("counted"):
            name = english(Message("junit.counted", step=step["title"], what=counted["what"]))
            yield Case(name, step["seconds"], counted["verdict"], counted["reason"])
        if it := step.get("ejection"):
            name = english(
                Message(
                    "junit.out" if it["wanted"] == "out" else "junit.back", step=step["title"], version=it["version"]
                )
            )
            reason = "" if it["verdict"] == "HOLDS" else "; ".join(document["reasons"])
            yield Case(name, step["seconds"], it["verdict"], reason)
        if it := step.get("scaled"):
            name = english(Message("junit.scaled", step=step["title"], workload=it["workload"]))
            yield Case(name, step["seconds"], it["verdict"], "; ".join(it["reasons"]))


def _not_restored(document: Mapping[str, Any]) -> Iterator[Case]:
    if document["error"]:
        yield Case(
            english(Message("junit.baseline")), (document["restored_ms"] or 0) / 1000, "INCONCLUSIVE", document["error"]
        )


def _xml(text: str) -> str:
    return _NO_XML.sub("�", text)
