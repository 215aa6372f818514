"""Measured numbers over sizes, drawn as SVG: one panel each, with the straight line through the first two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 170, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 16, 16, 42, 30
_ABOVE, _BELOW = 7, 15
_STYLE = """
  text { font: 12px sans-serif; fill: #24292f }
  .faint { fill: #57606a }
  .axis { stroke: #8c959f }
  .line { stroke: #0969da; stroke-width: 2; fill: none }
  .dot { fill: #0969da }
  .straight { stroke: #8c959f; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .faint { fill: #8d96a0 }
    .line { stroke: #4493f8 }
    .dot { fill: #4493f8 }
  }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One number at several sizes, at least two."""

    title: str
    unit: str
    sizes: Sequence[int]
    values: Sequence[float]

    @property
    def straight(self) -> float:
        """The value at the last size if all lay on the straight line through the first two."""
        slope = (self.values[1] - self.values[0]) / (self.sizes[1] - self.sizes[0])
        return self.values[0] + slope * (self.sizes[-1] - self.sizes[0])


def draw(sizes_of: str, panels: Sequence[Panel]) -> str:
    """Draw the panels side by side, their sizes said to be those of `sizes_of`."""
    width = _WIDTH * len(panels)
    body = "\n".join(_drawn(panel, sizes_of, _WIDTH * number) for number, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        f'role="img" aria-label="{escape(_described(sizes_of, panels))}">\n<style>{_STYLE}</style>\n{body}\n</svg>\n'
    )


def _drawn(panel: Panel, sizes_of: str, left: int) -> str:
    most = max((*panel.values, panel.straight)) or 1.0
    down = _HEIGHT - _BOTTOM

    def across(size: int) -> float:
        return round(left + _LEFT + (_WIDTH - _LEFT - _RIGHT) * size / panel.sizes[-1], 1)

    def up(value: float) -> float:
        return round(down - (down - _TOP) * max(0.0, value) / most, 1)

    places = [(across(size), up(value)) for size, value in zip(panel.sizes, panel.values, strict=True)]
    first, last = places[0], (across(panel.sizes[-1]), up(panel.straight))
    parts = [
        f'<text x="{left + _LEFT}" y="16">{escape(panel.title)}</text>',
        f'<path class="axis" d="M{left + _LEFT} {down}H{left + _WIDTH - _RIGHT}"/>',
        f'<path class="straight" d="M{first[0]} {first[1]}L{last[0]} {last[1]}"/>',
        f'<path class="line" d="M{"L".join(f"{x} {y}" for x, y in places)}"/>',
    ]
    for position, ((x, y), value, size) in enumerate(zip(places, panel.values, panel.sizes, strict=True)):
        beside = y + _BELOW if position % 2 else y - _ABOVE  # neighbours do not write over each other
        parts += [
            f'<circle class="dot" cx="{x}" cy="{y}" r="3"/>',
            f'<text x="{x}" y="{beside:g}" text-anchor="{_anchor(size, panel)}">{_number(value)}</text>',
            f'<text class="faint" x="{x}" y="{down + 14}" text-anchor="{"middle" if position else "end"}">{size}</text>',
        ]
    parts.append(
        f'<text class="faint" x="{left + _WIDTH - _RIGHT}" y="16" text-anchor="end">{escape(panel.unit)}</text>'
    )
    parts.append(
        f'<text class="faint" x="{left + _WIDTH / 2:g}" y="{down + 27}" text-anchor="middle">{escape(sizes_of)}</text>'
    )
    return "\n".join(parts)


def _described(sizes_of: str, panels: Sequence[Panel]) -> str:
    said = (
        f"{panel.title} {', '.join(map(_number, panel.values))} {panel.unit} at {', '.join(map(str, panel.sizes))}"
        for panel in panels
    )
    return f"By the number of {sizes_of}: {'; '.join(said)}"


def _anchor(size: int, panel: Panel) -> str:
    return "end" if size == panel.sizes[-1] else "start"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004  # three digits say enough
