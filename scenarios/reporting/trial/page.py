"""The report of a trial as one page without anything from outside: the verdict, the picture, and every pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.page import MARKS, TEMPLATES, changes
from scenarios.reporting.texts import scenario_name, with_messages
from scenarios.reporting.trial import graph


def trial_page(document: Mapping[str, Any], language: Language = Language.ENGLISH) -> str:
    """The whole page in both languages; it opens in this one."""
    told = with_messages(document)
    return TEMPLATES.get_template("trial.html").render(
        report=told,
        language=language.value,
        scenario=scenario_name(told["scenario"]),
        said=lambda text: render(text, language),
        marks=MARKS,
        why=[told["held"]] if told["held"] else told["reasons"],
        width=graph.WIDTH,
        height=graph.HEIGHT,
        boxes=[(box, box_name(box.name)) for box in graph.BOXES],
        arrows=graph.arrows(told),
        apps=list(dict.fromkeys(pair["app"] for pair in told["pairs"])),
        rows=rows(told),
        evidence=list(_evidence(told)),
        changes=changes,
    )


def rows(told: Mapping[str, Any]) -> dict[Text, list[Mapping[str, Any]]]:
    """The pairs of each caller, in the order of the apps."""
    found: dict[Text, list[Mapping[str, Any]]] = {}
    for pair in told["pairs"]:
        found.setdefault(pair["caller"], []).append(pair)
    return found


def box_name(name: str) -> Text:
    """Return who stands in a box of the picture, as people call it."""
    known = {"ingressgateway": "gateway", "impostor": "impostor", "plain_text": "plain_text"}
    return Message(f"zero_trust.{known[name]}") if name in known else name


def _evidence(told: Mapping[str, Any]) -> Iterator[Message]:
    """The reasons to believe this trial, or not to."""
    yield Message("evidence.in_force", n=told["proxies_asked"], after=told["in_force_ms"])
    yield Message("evidence.tried", pairs=len(told["pairs"]), calls=told["requests"])
    if all(pair["verdict"] != "INCONCLUSIVE" for pair in told["pairs"]):
        yield Message("evidence.heard")
    yield Message("evidence.exact")
    if told["restored_ms"] is not None:
        yield Message("evidence.restored", after=told["restored_ms"])
