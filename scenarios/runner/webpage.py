"""The report as one page without anything from outside: the verdict first, then how it came about."""

from __future__ import annotations

import html
from collections.abc import Iterator

from scenarios.runner.enduser import shown
from scenarios.runner.judge import Verdict
from scenarios.runner.report import Report
from scenarios.runner.table import COLUMNS, MARKS, Row, rows

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5d6778; --line: #d9dee7; --paper: #fff; --code: #f4f6f9;
  --holds: #146c37; --fails: #b3261e; --inconclusive: #5f6672; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf1; --soft: #9aa4b5; --line: #353c49; --paper: #14181f;
  --code: #1d232d; --holds: #2c9a58; --fails: #d8483f; --inconclusive: #7b8494; } }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
.verdict { border-radius: .6rem; color: #fff; padding: 1.1rem 1.4rem; print-color-adjust: exact; }
.verdict strong { display: block; font-size: 2rem; line-height: 1.2; letter-spacing: .02em; }
.HOLDS { background: var(--holds); } .FAILS { background: var(--fails); }
.INCONCLUSIVE { background: var(--inconclusive); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem 1.5rem; margin: 1.5rem 0; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
dl div:first-child { grid-column: 1 / -1; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { color: var(--soft); font-weight: 500; font-size: .85rem; }
tr.heading td { font-weight: 700; border-top: 2px solid var(--line); } td.outcome { padding-left: 1.75rem; }
.mark { font-weight: 700; } .mark.HOLDS, .mark.FAILS, .mark.INCONCLUSIVE { background: none; }
.mark.HOLDS { color: var(--holds); } .mark.FAILS { color: var(--fails); } .mark.INCONCLUSIVE { color: var(--inconclusive); }
li { margin: .35rem 0; } details { margin: .6rem 0; } summary { cursor: pointer; }
pre { background: var(--code); border-radius: .4rem; overflow-x: auto; padding: 1rem; font-size: .85rem; }
"""


def page(report: Report) -> str:
    """The whole page."""
    name = f"{report.scenario.name} {report.scenario.title}"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{report.verdict.name}: {_text(name)}</title>\n<style>{_STYLE}</style>",
            f"<h1>{_text(name)}</h1>",
            *_verdict(report),
            *_facts(report),
            "<h2>Result</h2>",
            *_table(report),
            "<h2>Claims</h2>\n<ul>",
            *_claims(report),
            "</ul>\n<h2>In force</h2>",
            *_yaml(report),
            "</html>\n",
        ]
    )


def _verdict(report: Report) -> Iterator[str]:
    why = [report.power] if report.verdict is Verdict.HOLDS else report.reasons
    yield f'<section class="verdict {report.verdict.name}"><strong>{report.verdict.name}</strong>'
    yield "<br>".join(_text(reason) for reason in [*why, report.ending])
    yield "</section>"
    for note in report.scenario.notes:
        yield f"<p>{_text(note)}</p>"


def _facts(report: Report) -> Iterator[str]:
    point = report.point
    facts = {
        "Command": report.command,
        "Platform": report.platform,
        "Started": report.started.strftime("%Y-%m-%d %H:%M:%S %Z"),
        "Requests": f"{report.requests:,} in {report.seconds:.1f} s",
        "Rule in force after": f"{point.convergence.milliseconds:.0f} ms, {point.convergence.proxies} proxies",
        "Revision": point.convergence.revision,
        "Found in force": report.found,
    }
    if report.recovered_ms is not None:
        facts["Recovered after"] = f"{report.recovered_ms:.0f} ms"
    yield "<dl>"
    for name, value in facts.items():
        yield f"<div><dt>{name}</dt><dd>{_text(value)}</dd></div>"
    yield "</dl>"


def _table(report: Report) -> Iterator[str]:
    yield '<div class="wide"><table>\n<thead><tr>'
    yield "".join(f'<th scope="col">{column}</th>' for column in COLUMNS) + "</tr></thead>\n<tbody>"
    for row in rows(report):
        yield _row(row)
    yield "</tbody></table></div>"


def _row(row: Row) -> str:
    kind = ' class="heading"' if row.heading else ""
    first = f"<td{'' if row.heading else ' class=outcome'}>{_text(row.name.strip())}</td>"
    middle = "".join(f"<td>{_text(cell)}</td>" for cell in row.cells[1:-1])
    mark = f'<td class="mark {row.mark.name}">{MARKS[row.mark]} {row.mark.name}</td>' if row.mark else "<td></td>"
    return f"<tr{kind}>{first}{middle}{mark}</tr>"


def _claims(report: Report) -> Iterator[str]:
    for step in report.steps:
        for finding in step.findings:
            why = finding.reason or finding.claim.power
            yield (
                f"<li>{_text(step.step.title)}, {_text(shown(finding.end_user))}: "
                f"<b>{finding.verdict.name}</b> on {finding.claim.requests:,} requests: {_text(why)}</li>"
            )


def _yaml(report: Report) -> Iterator[str]:
    for step in report.steps:
        stopped = ", ".join(sorted(step.step.state.stopped))
        title = f"{step.step.title} (revision {step.convergence.revision}){f', stopped: {stopped}' if stopped else ''}"
        yield f"<details><summary>{_text(title)}</summary><pre>{_text(step.step.state.resources.dump())}</pre></details>"


def _text(text: str) -> str:
    return html.escape(text)
