"""Where things stand in the drawings of a report: numbers in, coordinates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TICKS_MS = tuple(digit * 10**power for power in range(1, 19) for digit in (1, 2, 5))
_MOST_TICKS = 10
_LEAST = 2.0  # what is thinner is not seen


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of the paper on which numbers from 0 to `most` lie."""

    most: float
    start: float
    length: float

    def __call__(self, value: float) -> float:
        return round(self.start + self.length * min(1.0, max(0.0, value / self.most if self.most else 0.0)), 1)

    def bar(self, low: float, high: float) -> tuple[float, float]:
        """The start and the length of a bar: never too thin to be seen, nor out of the stretch."""
        first, last = self(low), self(high)
        if last - first < _LEAST:
            first = min(max(self.start, (first + last - _LEAST) / 2), self.start + self.length - _LEAST)
            last = first + _LEAST
        return round(first, 1), round(last - first, 1)

    def ticks(self) -> list[int]:
        """A few round numbers on it."""
        step = next((step for step in _TICKS_MS if self.most <= step * _MOST_TICKS), _TICKS_MS[-1])
        return list(range(0, int(self.most) + 1, step))


@dataclass(frozen=True, slots=True)
class Lane:
    """One outcome over time."""

    outcome: str
    top: float
    path: str
    """Its bars as one SVG path."""
    total: int
    peak: float
    """The most answers per second in any slice."""


@dataclass(frozen=True, slots=True)
class Band:
    """One step: from the moment its state was applied to the next step, or the end."""

    title: str
    x: float
    width: float
    applied_ms: float
    in_force: float
    in_force_ms: float
    proxies: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All answers of a run over time, one lane per outcome."""

    width: float
    height: float
    bottom: float
    left: float
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, int], ...]
    restored: float | None
    restored_ms: float | None


@dataclass(frozen=True, slots=True)
class Tread:
    """One step of a rollout: from when until when the new version had which share of everybody's requests."""

    step: Mapping[str, Any]
    share: float
    x: float
    width: float
    y: float
    height: float
    bad: tuple[float, float] | None
    """From the first bad page to the last one: where that begins, and how long it is."""


STAIRS = 132.0
_LANDING, _RISE = 24.0, 100.0  # of the staircase: above it, and what 100 % rise
LANE = 44.0
_LEFT, _TOP, _WIDTH, _RIGHT, _AXIS = 150.0, 46.0, 1000.0, 96.0, 28.0


def chart(document: Mapping[str, Any]) -> Chart:
    """Answers over time; the heights of all lanes compare."""
    steps, slice_ms = document["steps"], document["slice_ms"]
    scale = Scale(_most(document), _LEFT, _WIDTH - _LEFT - _RIGHT)
    highest = max((n for s in steps for counts in s["answers"]["counts"].values() for n in counts), default=1) or 1
    lanes = [
        _lane(outcome, position, steps, scale, slice_ms=slice_ms, highest=highest)
        for position, outcome in enumerate(outcomes(document))
    ]
    bottom = _TOP + LANE * len(lanes)
    return Chart(
        width=_WIDTH,
        height=bottom + _AXIS,
        bottom=bottom,
        left=_LEFT,
        lanes=tuple(lanes),
        bands=_bands(document, scale),
        ticks=tuple((scale(tick), tick) for tick in scale.ticks()),
        restored=None if document["restored_at_ms"] is None else scale(document["restored_at_ms"]),
        restored_ms=document["restored_at_ms"],
    )


def staircase(document: Mapping[str, Any], of: Chart) -> list[Tread]:
    """The share of the new version over time, below the same moments as the chart; empty of what is no rollout."""
    treads = []
    for step, band in zip(document["steps"], of.bands, strict=False):
        if not (health := step.get("health")):
            return []
        scale = Scale(_most(document), _LEFT, _WIDTH - _LEFT - _RIGHT)
        share = max(
            (it["asked"] for one in document["claims"] if one["step"] == step["title"] for it in _asked(one, health)),
            default=0.0,
        )
        end = band.x + band.width if health["rolled_back_at_ms"] is None else scale(health["rolled_back_at_ms"])
        height = round(max(_LEAST, _RISE * share), 1)
        bad = scale.bar(health["first_bad_at_ms"], health["last_bad_at_ms"]) if health["bad"] else None
        width = round(max(_LEAST, end - band.x), 1)
        treads.append(Tread(step, share, band.x, width, round(_LANDING + _RISE - height, 1), height, bad))
    return treads


def _asked(claim: Mapping[str, Any], health: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [it for outcome, it in claim["outcomes"].items() if outcome == health["new"]]


def outcomes(document: Mapping[str, Any]) -> list[str]:
    """All outcomes of a run: what was asked for, in its order, then what came besides."""
    asked = (outcome for claim in document["claims"] for outcome in claim["outcomes"])
    came = (outcome for step in document["steps"] for outcome in step["answers"]["counts"])
    return list(dict.fromkeys([*asked, *came]))


def _most(document: Mapping[str, Any]) -> float:
    """The last moment of a run, in milliseconds."""
    ends = [document["slice_ms"] * (step["answers"]["first"] + _slices(step)) for step in document["steps"]]
    return float(max([*ends, document["restored_at_ms"] or 0, 1]))


def _slices(step: Mapping[str, Any]) -> int:
    return max((len(counts) for counts in step["answers"]["counts"].values()), default=0)


def _lane(
    outcome: str, position: int, steps: Sequence[Mapping[str, Any]], scale: Scale, *, slice_ms: int, highest: int
) -> Lane:
    top = _TOP + LANE * position
    bars, most, total = [], 0, 0
    for step in steps:
        counts = step["answers"]["counts"].get(outcome, [])
        for number, count in enumerate(counts, start=step["answers"]["first"]):
            if count:
                x, width = scale.bar(number * slice_ms, (number + 1) * slice_ms)
                height = round(max(_LEAST / 2, (LANE - 8) * count / highest), 1)
                bars.append(f"M{x:g} {top + LANE - 4:g}v-{height:g}h{width:g}v{height:g}z")
        most, total = max([most, *counts]), total + sum(counts)
    return Lane(outcome, top, "".join(bars), total, 1000 * most / slice_ms)


def _bands(document: Mapping[str, Any], scale: Scale) -> tuple[Band, ...]:
    moved = [step for step in document["steps"] if step["applied_at_ms"] is not None]
    restoring = document["restored_at_ms"]
    starts = [step["applied_at_ms"] for step in moved]
    ends = [*starts[1:], scale.most if restoring is None else restoring]
    return tuple(
        Band(
            step["title"],
            *scale.bar(start, end),
            applied_ms=start,
            in_force=scale(start + step["in_force_ms"]),
            in_force_ms=step["in_force_ms"],
            proxies=step["proxies_asked"],
        )
        for step, start, end in zip(moved, starts, ends, strict=False)
    )
