"""The result as rows of cells, drawn from a run's document as the page is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text as Line

from scenarios.evidence.judgement import Verdict
from scenarios.messages import figures
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.statistics.claim import PUNCTUAL, Aspect

MARKS = {Verdict.HOLDS: "✓", Verdict.FAILS: "✗", Verdict.INCONCLUSIVE: "?"}
COLORS = {Verdict.HOLDS: "bold green", Verdict.FAILS: "bold red", Verdict.INCONCLUSIVE: "bold bright_black"}
COLUMNS = (
    ("asked", "seen_95", "allowed", "client", "proxies", "rate", "success"),
    ("asked", "seen", "allowed", "client", "proxies", "rate", "success"),
    ("asked", "seen", "allowed", "client", "proxies", "success"),
    ("asked", "seen", "allowed", "client", "proxies"),
)
"""The columns of figures: all of them, and those of ever narrower terminals."""
_GAP = 2
_LONGEST_NAME = 32  # a longer one is folded before a figure is left out
_NOT_ASKED = "–"  # noqa: RUF001  # a dash for: not at all

Told = Mapping[str, Any]
"""A document, or a part of one, with its texts as messages."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result; but for its name, every cell is a figure ready to print."""

    name: Text
    asked: str = ""
    seen: str = ""
    interval: str = ""
    allowed: str = ""
    client: str = ""
    proxies: str = ""
    rate: str = ""
    success: str = ""
    mark: Verdict | None = None
    heading: bool = False
    """The line opens a group."""
    inner: bool = False
    """The line stands within one."""

    @property
    def seen_95(self) -> str:
        return f"{self.seen} {self.interval}".strip()


def table(told: Told, language: Language, width: int) -> Table:
    """Draw the result, as far as possible within so many cells: what is left out first are intervals and rates."""
    lines = list(rows(told))
    names = [f"{'    ' if row.inner else '  '}{render(row.name, language)}" for row in lines]
    for columns in COLUMNS:
        titles = {column: render(Message(f"table.{column}"), language) for column in columns}
        widths = (max(map(cell_len, [titles[one], *(getattr(row, one) for row in lines)])) for one in columns)
        if min(_LONGEST_NAME, max(map(cell_len, names))) + sum(_GAP + one for one in widths) + _GAP + 1 <= width:
            break
    drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    # Names are what is folded, never numbers.
    drawn.add_column("", overflow="fold")
    for column in columns:
        drawn.add_column(titles[column], justify="right", no_wrap=True)
    drawn.add_column("", no_wrap=True)
    for name, row in zip(names, lines, strict=True):
        style = "bold" if row.heading else ""
        mark = Line(MARKS[row.mark], style=COLORS[row.mark]) if row.mark else Line()
        figures_ = (Line(getattr(row, column), style=style) for column in columns)
        drawn.add_row(Line(name, style=style), *figures_, mark)
    return drawn


def rows(told: Told) -> Iterator[Row]:
    """Yield all lines of the result, step by step."""
    for step in told["steps"]:
        claims = [claim for claim in told["claims"] if claim["step"] == step["title"]]
        yield _whole(step, claims)
        if len(claims) == 1:
            yield from _outcomes(told, claims[0], alone=True)
            if claims[0]["looks_at"] == Aspect.PAGE.value:
                yield from _ratings(step)
            if claims[0]["looks_at"] == Aspect.PAGE.value or claims[0]["budget"]:
                yield from _time(claims[0])
        else:
            for claim in claims:
                yield _end_user(claim)
                yield from _outcomes(told, claim, alone=False)
                if claim["budget"]:
                    yield from _time(claim)
            if claims[0]["looks_at"] != Aspect.STATUS.value:
                yield from _together(told, step)


def _whole(step: Told, claims: Sequence[Told]) -> Row:
    """Sum the step up: of pages, how many showed reviews; of answers of which the status matters, how many there were."""
    if claims[0]["looks_at"] == Aspect.STATUS.value:
        return Row(step["title"], client=figures.count(step["requests"]), heading=True)
    return Row(
        step["title"],
        client=figures.count(sum(step["reviews_seen"].values())),
        proxies=figures.count(sum(step["proxies"]["reviews_answered"].values())),
        rate=figures.rate(step["rps"]),
        success=figures.success(step["success"]),
        heading=True,
    )


def _end_user(claim: Told) -> Row:
    who, group = claim["end_user"], claim["group"]
    if claim["looks_at"] == Aspect.STATUS.value:
        return Row(who, client=figures.count(claim["requests"]), heading=True)
    return Row(
        Message("table.member", group=group, who=who) if group else who,
        client=figures.count(claim["pages"]),
        rate=figures.rate(claim["rps"]),
        success=figures.success(claim["success"]),
        heading=True,
    )


def _outcomes(told: Told, claim: Told, *, alone: bool) -> Iterator[Row]:
    """Yield a line per outcome; what proxies count cannot tell end users apart."""
    for outcome, it in claim["outcomes"].items():
        proxies = it["proxies"] if alone else None
        yield Row(
            told["outcome_names"].get(outcome, outcome),
            asked=figures.percent(it["asked_exactly"]) if it["named"] else _NOT_ASKED,
            seen="" if it["share"] is None else figures.seen(it["share"]),
            interval="" if it["share"] is None else f"({figures.interval(*it['share_95'])})",
            allowed=figures.span(*it["allowed"]),
            client=_judged(it),
            proxies="" if proxies is None else figures.count(proxies),
            rate=figures.rate(it["rps"]),
            success=figures.success(it["success"]) if alone else "",
            mark=_mark(claim, fits=it["fits"]),
            inner=True,
        )


def _ratings(step: Told) -> Iterator[Row]:
    """Yield what ratings answered."""
    if step["ratings_asked"] is not None:
        seen, answered = step["pages_with_stars"], step["proxies"]["ratings_answered"]
        yield Row(Message("table.ratings"), client=figures.count(seen), proxies=figures.count(answered), inner=True)


def _time(claim: Told) -> Iterator[Row]:
    """Yield the time that the page took, against its budget if it has one."""
    if time := claim["budget"]:
        yield Row(
            Message("table.within", within=time["within_ms"] / 1000),
            asked=f"≥ {PUNCTUAL} %",
            allowed=figures.span(*time["allowed"]),
            client=figures.count(time["on_time"]),
            mark=Verdict[time["verdict"]],
            inner=True,
        )
    for name, at in (("p50", "50"), ("p95", "95"), ("slowest", "100")):
        yield Row(Message(f"table.{name}"), client=figures.whole(claim["milliseconds"][at]), inner=True)


def _together(told: Told, step: Told) -> Iterator[Row]:
    """Yield what the proxies count, over all end users."""
    yield Row(Message("table.all"), heading=True)
    seen, answered, failed = (
        step["reviews_seen"],
        step["proxies"]["reviews_answered"],
        step["proxies"]["reviews_failed"],
    )
    for version in sorted(seen.keys() | answered.keys()):
        asked = answered.get(version, 0) + failed.get(version, 0)
        yield Row(
            told["outcome_names"].get(version, version),
            client=figures.count(seen.get(version, 0)),
            proxies=figures.count(answered.get(version, 0)),
            rate=figures.rate(seen.get(version, 0) / step["seconds"] if step["seconds"] else 0.0),
            success=figures.success(answered.get(version, 0) / asked if asked else None),
            inner=True,
        )


def _judged(it: Told) -> str:
    """Write the answers that were judged, and those that were still under way when it was sure: `413+7`."""
    judged, more = it["judged"], it["client"] - it["judged"]
    return f"{figures.count(judged)}+{figures.count(more)}" if more > 0 else figures.count(judged)


def _mark(claim: Told, *, fits: bool) -> Verdict:
    verdict = Verdict[claim["verdict"]]
    if fits:
        return Verdict.HOLDS if verdict is not Verdict.INCONCLUSIVE else Verdict.INCONCLUSIVE
    return Verdict.FAILS if verdict is Verdict.FAILS else Verdict.INCONCLUSIVE
