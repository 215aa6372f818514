"""A measured figure beside its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """What a number may be at most, or must be at least."""

    limit: float
    at_most: bool = True

    def holds(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, what it should be, and what it is at the other Bookinfo in the same run."""

    what: str
    value: float
    unit: str
    target: Target | None = None
    other: float | None = None
    ratio_target: Target | None = None
    """What the ratio to the other's number should be."""

    @property
    def ratio(self) -> float | None:
        """Ours over theirs; None without another, or where theirs is nothing."""
        return self.value / self.other if self.other else None

    @property
    def holds(self) -> bool | None:
        """Whether every target is met that can be judged; None where none can be."""
        judged = [target.holds(value) for target, value in self._judgements() if value is not None]
        return all(judged) if judged else None

    def document(self) -> dict[str, Any]:
        """The figure as JSON has it."""
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "target": str(self.target) if self.target else None,
            "other": self.other,
            "ratio": self.ratio,
            "ratio_target": str(self.ratio_target) if self.ratio_target else None,
            "holds": self.holds,
        }

    def _judgements(self) -> list[tuple[Target, float | None]]:
        pairs = ((self.target, self.value), (self.ratio_target, self.ratio))
        return [(target, value) for target, value in pairs if target]
