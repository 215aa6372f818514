"""A measured figure beside its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """A limit for a number: a maximum or a minimum."""

    limit: float
    at_most: bool = True

    def holds(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, its target, and the same number of the reference Bookinfo in the same run."""

    what: str
    value: float
    unit: str
    target: Target | None = None
    other: float | None = None
    ratio_target: Target | None = None
    """The target of the ratio to the reference's number."""

    @property
    def ratio(self) -> float | None:
        """Our number divided by the reference's; None without a reference, or where its number is 0."""
        return self.value / self.other if self.other else None

    @property
    def holds(self) -> bool | None:
        """Return whether every target that can be judged is met; None if none can be."""
        judged = [target.holds(value) for target, value in self._judgements() if value is not None]
        return all(judged) if judged else None

    def document(self) -> dict[str, Any]:
        """The figure as a JSON object."""
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
