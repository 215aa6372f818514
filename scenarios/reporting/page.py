"""The report as one page without anything from outside: the verdict first, then how it came about."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scenarios.messages import figures
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.charts import STAIRS, Scale, chart, outcomes, staircase
from scenarios.reporting.lines import ejection_parts, scaled_parts
from scenarios.reporting.narrative import evidence
from scenarios.reporting.texts import scenario_name, with_messages
from scenarios.statistics.claim import Aspect

MARKS = {"HOLDS": "✓", "FAILS": "✗", "INCONCLUSIVE": "?"}
_BAR = 220.0  # the width of a drawing in a table


def page(document: Mapping[str, Any], language: Language = Language.ENGLISH) -> str:
    """The whole page in both languages; it opens in this one."""
    told = with_messages(document)
    names = told["outcome_names"]
    drawn = chart(told)
    templates = TEMPLATES.overlay()
    templates.filters = {**TEMPLATES.filters, "named": lambda outcome: names.get(outcome, outcome)}
    return templates.get_template("report.html").render(
        report=told,
        language=language.value,
        scenario=scenario_name(told["scenario"]),
        said=lambda text: render(text, language),
        marks=MARKS,
        columns=list(_columns(told)),
        outcomes=outcomes(told),
        chart=drawn,
        stairs=staircase(told, drawn),
        stairs_height=STAIRS,
        observed=[*ejection_parts(told), *scaled_parts(told)],
        evidence=list(evidence(told)),
        why=[told["power"]] if told["verdict"] == "HOLDS" else told["reasons"],
        slowest=_slowest(told),
        bar=_BAR,
        scale=lambda most: Scale(most, 4.0, _BAR - 8),
        changes=changes,
    )


def changes(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The lines of a unified difference, each with what it is: added, removed, kept, or the place of what follows."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=4)
    for number, line in enumerate(lines):
        if number > 1:  # after the names of the two files
            yield _LINES[line[0]], line


def both(text: Text) -> Markup:
    """The text in both languages, of which the page shows one at a time; once if they are the same."""
    return _both(text, '<span lang="en">{}</span><span lang="ko">{}</span>')


def both_drawn(text: Text) -> Markup:
    """The same inside of a drawing."""
    return _both(text, '<tspan lang="en">{}</tspan><tspan lang="ko">{}</tspan>')


def both_said(text: Text) -> str:
    """The same where there is one text for both, as in what a screen reader says of a drawing."""
    return str(_both(text, "{} / {}"))


def _both(text: Text, where: str) -> Markup:
    one, other = render(text, Language.ENGLISH), render(text, Language.KOREAN)
    return escape(one) if one == other else Markup(where).format(one, other)  # noqa: S704  # ours, and filled escaped


def _columns(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The slide's table: a column per claim, what came of the whole and of each outcome."""
    several = len(document["steps"]) > 1
    for claim in document["claims"]:
        alone = len(claim["proxies_cover"]) == 1
        shares = {outcome["asked_exactly"] for outcome in claim["outcomes"].values()}
        yield {
            "title": claim["step"] if alone and several else claim["end_user"],
            "claim": claim,
            "even": len(shares) == 1 < len(claim["outcomes"]),
            "pages": claim["looks_at"] != Aspect.STATUS.value,
            "success": alone
            and claim["looks_at"] != Aspect.STATUS.value,  # else what the proxies count is of several columns
        }


def _slowest(document: Mapping[str, Any]) -> float:
    budgets = (claim["budget"]["within_ms"] for claim in document["claims"] if claim["budget"])
    return float(max([1, *budgets, *(step["milliseconds"]["100"] for step in document["steps"])]))


def _kind(outcome: str) -> str:
    """The mark of an outcome: that of the version, or of the stars that the version shows."""
    for kind, words in _KINDS.items():
        if outcome in words:
            return kind
    return "other"


_LINES = {"+": "added", "-": "removed", " ": "kept", "@": "place"}
_KINDS = {"v1": ("v1", "no stars"), "v2": ("v2", "black stars"), "v3": ("v3", "red stars")}

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals.update(message=Message)
TEMPLATES.filters.update(
    both=both,
    both_drawn=both_drawn,
    both_said=both_said,
    count=figures.count,
    ms=figures.whole,
    rps=figures.rate,
    share=figures.percent,
    seen=figures.seen,
    interval=lambda ends: figures.interval(*ends),
    success=figures.success,
    range=lambda ends: figures.span(*ends),
    kind=_kind,
    korean=lambda text: render(text, Language.KOREAN),
)
