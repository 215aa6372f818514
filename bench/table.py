"""Figures as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from bench.figure import Figure

_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "-"}


def render(figures: Iterable[Figure], *, busy: float, processors: int) -> Table:
    """Render one row per figure; the columns of the reference only where there is one.

    The load of the machine stands below: on a busy machine, read the ratios, not the numbers.
    """
    rows = list(figures)
    compared = any(figure.other is not None for figure in rows)
    caption = f"load average {busy:.1f} on {processors} processors"
    table = Table(box=None, header_style="bold", pad_edge=False, caption=caption, caption_justify="left")
    table.add_column("what", no_wrap=True)
    for heading in ("measured", "target", *(("the other", "ratio") if compared else ()), "met"):
        table.add_column(heading, justify="right")
    for figure in rows:
        other = ("", "") if figure.other is None else (_number(figure.other, figure.unit), _ratio(figure))
        table.add_row(
            figure.what,
            _number(figure.value, figure.unit),
            _target(figure),
            *(other if compared else ()),
            _MARKS[figure.holds],
        )
    return table


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value == int(value) or value >= 100 else f"{value:,.3g} {unit}"  # noqa: PLR2004  # three digits say enough


def _ratio(figure: Figure) -> str:
    return "-" if figure.ratio is None else f"{figure.ratio:.2f} x"


def _target(figure: Figure) -> str:
    own = f"{figure.target} {figure.unit}" if figure.target else ""
    ratio = f"{figure.ratio_target} x the other" if figure.ratio_target else ""
    return ", ".join(part for part in (own, ratio) if part) or "-"
