"""The picture of a trial: a box for everybody, and an arrow for each call that is answered or should have been."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.evidence import pair

WIDTH, HEIGHT = 860.0, 330.0
_BEND = 0.16
"""How far an arrow leaves the straight line, as a share of its length: those there and back do not lie on each other."""
_LOOP = 26.0


@dataclass(frozen=True, slots=True)
class Box:
    """Somebody who calls or is called."""

    name: str
    x: float
    y: float
    width: float
    height: float = 40.0
    outside: bool = False
    """It is no part of the mesh."""

    @property
    def corner(self) -> tuple[float, float]:
        return self.x - self.width / 2, self.y - self.height / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """The calls of all instances and versions of one caller to one app."""

    caller: str
    app: str
    state: str
    """`taken`, `opened` or `closed`; `doubted` where the counts say something else."""
    path: str


BOXES = (
    Box("impostor", 100.0, 44.0, 170.0, outside=True),
    Box("ingressgateway", 100.0, 165.0, 120.0),
    Box("plain_text", 100.0, 286.0, 170.0, outside=True),
    Box("productpage", 350.0, 105.0, 140.0),
    Box("details", 600.0, 44.0, 120.0),
    Box("reviews", 620.0, 180.0, 120.0),
    Box("ratings", 770.0, 286.0, 120.0),
)
_PLACES = {box.name: box for box in BOXES}


def arrows(document: Mapping[str, Any]) -> list[Arrow]:
    """List the arrows of a trial's document."""
    found = pair.arrows(((one["from"], one["app"]), one["drawn"]) for one in document["pairs"])
    return [Arrow(*ends, state, _path(*ends)) for ends, state in found.items() if _PLACES.keys() >= set(ends)]


def _path(caller: str, app: str) -> str:
    """Draw a curve from border to border; of a box to itself, a loop above it."""
    start, end = _PLACES[caller], _PLACES[app]
    if start is end:
        x, y = start.x, start.y - start.height / 2
        return f"M{x + 18:g} {y:g}c6 -{_LOOP:g} -42 -{_LOOP:g} -36 -1"
    bend = ((start.x + end.x) / 2 + _BEND * (end.y - start.y), (start.y + end.y) / 2 - _BEND * (end.x - start.x))
    (x1, y1), (x2, y2) = _border(start, bend), _border(end, bend)
    return f"M{x1:g} {y1:g}Q{bend[0]:g} {bend[1]:g} {x2:g} {y2:g}"


def _border(box: Box, toward: tuple[float, float]) -> tuple[float, float]:
    """Return where the line from the middle of a box to a point leaves it."""
    across, down = toward[0] - box.x, toward[1] - box.y
    scale = min(_reach(box.width / 2, across), _reach(box.height / 2, down))
    return round(box.x + across * scale, 1), round(box.y + down * scale, 1)


def _reach(half: float, way: float) -> float:
    return half / abs(way) if way else math.inf
