"""A trial on the terminal: a matrix of callers and apps, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from scenarios.evidence.judgement import Verdict
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.reporting.table import COLORS, MARKS
from scenarios.zero_trust.trial import APPS, GATEWAY, Caller, Kind, Outcome, Pair, verdict_of

_WIDTH = 120  # of what is no terminal


def show(pairs: Sequence[Pair], language: Language, *, restored: bool, quiet: bool) -> None:
    """Print the matrix, unless it is to be quiet, and last the verdict."""
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = console.width if console.is_terminal else _WIDTH
    if not quiet:
        console.print()
        console.print(matrix(pairs, language))
    verdict = verdict_of(pairs)
    parts = (*verdict_parts(pairs), Message("ending.restored" if restored else "ending.not_restored"))
    line = Line("  ")
    line.append(render(Message(f"verdict.{verdict.name}"), language), style=COLORS[verdict])
    line.append("".join(f" · {render(part, language)}" for part in parts))
    console.print(line, soft_wrap=True)


def matrix(pairs: Sequence[Pair], language: Language) -> Table:
    """Make the table: a row for each caller, a column for each app."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  " + render(Message("zero_trust.corner"), language))
    for app in APPS:
        table.add_column(app, min_width=cell_len(app), no_wrap=True)
    rows: dict[Caller, list[Pair]] = {}
    for pair in pairs:
        rows.setdefault(pair.caller, []).append(pair)
    for caller, row in rows.items():
        table.add_row(f"  {render(name(caller), language)}", *(render(_cell(pair), language) for pair in row))
    return table


def verdict_parts(pairs: Sequence[Pair]) -> list[Text]:
    """List what follows the verdict: what holds, or which arrows opened or closed, or who is not believed."""
    opened = [_arrow(pair) for pair in pairs if pair.opened]
    failed = [pair for pair in pairs if pair.verdict is Verdict.FAILS and not pair.opened]
    match verdict_of(pairs):
        case Verdict.HOLDS:
            numbers = {kind: sum(pair.expected is kind for pair in pairs) for kind in Outcome}
            held = Message(
                "zero_trust.held",
                taken=numbers[Outcome.TAKEN],
                denied=numbers[Outcome.DENIED],
                cut=numbers[Outcome.CUT],
                calls=sum(len(pair.answers) for pair in pairs),
            )
            return [held]
        case Verdict.FAILS:
            parts: list[Text] = []
            if opened:
                parts.append(Message("zero_trust.opened", n=len(opened), arrows=opened))
            if failed:
                parts.append(Message("zero_trust.failed", pairs=[_seen(pair) for pair in failed]))
            return parts
        case Verdict.INCONCLUSIVE:
            doubted = [_counted(pair) for pair in pairs if pair.verdict is Verdict.INCONCLUSIVE]
            return [Message("zero_trust.doubted", pairs=doubted)]


def name(caller: Caller) -> Text:
    """Return the caller as people call it."""
    if caller.kind is Kind.PROXY:
        return Message("zero_trust.gateway") if caller.app == GATEWAY else caller.name
    return Message(f"zero_trust.{caller.kind.value}")


def _cell(pair: Pair) -> Message:
    key = "zero_trust.cell" if pair.verdict is not Verdict.FAILS else "zero_trust.wrong_cell"
    return Message(key, mark=MARKS[pair.verdict], seen=_outcomes(pair), expected=_outcome(pair.expected))


def _outcomes(pair: Pair) -> tuple[Text, ...]:
    statuses = dict.fromkeys(zip(pair.outcomes, pair.answers, strict=True))
    shown = {outcome: str(status) if outcome is Outcome.OTHER else "" for outcome, status in statuses}
    return tuple(
        Message("zero_trust.other", status=status) if status else _outcome(one) for one, status in shown.items()
    )


def _outcome(outcome: Outcome) -> Message:
    return Message(f"zero_trust.{outcome.value}")


def _arrow(pair: Pair) -> Message:
    return Message("zero_trust.arrow", caller=name(pair.caller), app=pair.app)


def _seen(pair: Pair) -> Message:
    return Message("zero_trust.seen", arrow=_arrow(pair), seen=_outcomes(pair), expected=_outcome(pair.expected))


def _counted(pair: Pair) -> Message:
    heard = pair.heard
    return Message(
        "zero_trust.counted",
        arrow=_arrow(pair),
        calls=len(pair.answers),
        taken=heard.taken,
        denied=heard.denied,
        cut=heard.cut,
    )
