"""The report as one page without anything from outside: the verdict first, then how it came about."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scenarios.messages.figures import percent
from scenarios.reporting.charts import Scale, chart, outcomes
from scenarios.reporting.korean import korean
from scenarios.reporting.narrative import evidence

MARKS = {"HOLDS": "✓", "FAILS": "✗", "INCONCLUSIVE": "?"}
_BAR = 220.0  # the width of a drawing in a table


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    templates = _TEMPLATES.overlay()
    templates.filters = {**_TEMPLATES.filters, "named": lambda outcome: document["outcome_names"].get(outcome, outcome)}
    return templates.get_template("report.html").render(
        report=document,
        marks=MARKS,
        columns=list(_columns(document)),
        outcomes=outcomes(document),
        chart=chart(document),
        evidence=list(evidence(document)),
        why=[document["power"]] if document["verdict"] == "HOLDS" else document["reasons"],
        slowest=_slowest(document),
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


def both(text: str) -> Markup:
    """The text in both languages, of which the page shows one at a time; once if they are the same."""
    other = korean(text)
    if other == text:
        return escape(text)
    return Markup('<span lang="en">{}</span><span lang="ko">{}</span>').format(text, other)


def both_drawn(text: str) -> Markup:
    """The same inside of a drawing."""
    other = korean(text)
    if other == text:
        return escape(text)
    return Markup('<tspan lang="en">{}</tspan><tspan lang="ko">{}</tspan>').format(text, other)


def both_said(text: str) -> str:
    """The same where there is one text for both, as in what a screen reader says of a drawing."""
    other = korean(text)
    return text if other == text else f"{text} / {other}"


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
            "success": alone,  # else what the proxies count is of several columns
        }


def _slowest(document: Mapping[str, Any]) -> float:
    budgets = (claim["budget"]["within_ms"] for claim in document["claims"] if claim["budget"])
    return float(max([1, *budgets, *(step["milliseconds"]["100"] for step in document["steps"])]))


def _success(share: float | None) -> str:
    """Cut off, never rounded up: one failure in a million is not 100.0 %."""
    return "N/A" if share is None else f"{int(share * 1000 + 1e-9) / 10:.1f} %"


def _range(allowed: tuple[int, int]) -> str:
    low, high = allowed
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"  # noqa: RUF001  # a range takes an en dash


def _kind(outcome: str) -> str:
    """Which mark an outcome has: that of the version, or of the stars that the version shows."""
    for kind, words in _KINDS.items():
        if outcome in words:
            return kind
    return "other"


_LINES = {"+": "added", "-": "removed", " ": "kept", "@": "place"}
_KINDS = {"v1": ("v1", "no stars"), "v2": ("v2", "black stars"), "v3": ("v3", "red stars")}

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    both=both,
    both_drawn=both_drawn,
    both_said=both_said,
    korean=korean,
    count="{:,}".format,
    ms="{:,.0f}".format,
    rps="{:,.2f}".format,
    share=lambda exactly: percent(Fraction(exactly)),
    success=_success,
    range=_range,
    kind=_kind,
)
