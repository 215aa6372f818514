"""What is expected of answers as somebody writes it, in percent, and the expectation that it states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from platforms.errors import UsageError
from platforms.istio.durations import nanoseconds
from scenarios.evidence.observation import status_outcome
from scenarios.messages.catalogue import english
from scenarios.messages.message import Text
from scenarios.statistics.claim import Aspect, Expectation

_OK = 200
_WHOLE = 100
_STATUSES = range(200, 600)
_LEAK = Fraction(1, 100)
_SHORTEST = 10**6
"""In nanoseconds: a report tells no shorter times apart."""


class Senseless(UsageError):
    """A field of what is expected makes no sense."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


@dataclass(frozen=True, slots=True)
class ExpectedAnswers:
    """What is said of the answers, as it is written; what is not said is None or empty."""

    shares: Mapping[str, float] | None = None
    """Percent by version; one that is not named must never come."""
    status: int | Mapping[Any, float] | None = None
    """One status, or percent by status."""
    never: Collection[str | int] = ()
    """Versions or statuses."""
    within: str | None = None

    @property
    def tells_versions(self) -> bool:
        """Tell whether an answer counts for its version; otherwise it counts for its status."""
        return self.shares is not None or any(isinstance(one, str) for one in self.never)

    @property
    def leaves_the_rest_open(self) -> bool:
        """Tell whether all is said of what must never come, and nothing of what must."""
        return bool(self.never) and self.shares is None and self.status is None

    def expectation(
        self,
        *,
        margin: Fraction,
        longest: float,
        versions: Iterable[str] = (),
        **asked: Any,
    ) -> Expectation:
        """Make the expectation; raises Senseless for what is none.

        `versions` are there besides those that are named, `longest` is how many seconds an answer is waited for, and `asked` is who
        asks what.
        """
        shares = self._of_versions(versions) if self.tells_versions else self._of_statuses()
        return Expectation(
            shares=shares,
            margin=margin,
            aspect=Aspect.REVIEWS if self.tells_versions else Aspect.STATUS,
            leak=min(margin, _LEAK),
            budget=self._budget(longest),
            others_may_come=self.leaves_the_rest_open,
            **asked,
        )

    def _of_versions(self, versions: Iterable[str]) -> dict[Text, Fraction]:
        if self.shares is not None and self.status is not None:
            raise Senseless("status", "an answer counts for its version or for its status: make two expectations of it")
        if self.status is not None:
            raise Senseless("never", "status is expected, and never names a version: make two expectations of it")
        never = []
        for one in self.never:
            if not isinstance(one, str):
                raise Senseless("never", f"{one}: no version: expect statuses on their own")
            never.append(one)
        if self.shares is None:
            return dict.fromkeys(never, Fraction(0))
        asked = _in_parts("shares", self.shares)
        named: dict[Text, Fraction] = {name: asked.get(name, Fraction(0)) for name in sorted({*asked, *versions})}
        return _without(named, never)

    def _of_statuses(self) -> dict[Text, Fraction]:
        never = [status_outcome(_status("never", one)) for one in self.never]
        if self.status is None and never:
            return dict.fromkeys(never, Fraction(0))
        if isinstance(self.status, Mapping):
            asked: dict[Text, Fraction] = {
                status_outcome(_status("status", name)): share
                for name, share in _in_parts("status", self.status).items()
            }
        else:
            asked = {status_outcome(_OK if self.status is None else _status("status", self.status)): Fraction(1)}
        return _without(asked, never)

    def _budget(self, longest: float) -> float | None:
        if self.within is None:
            return None
        length = nanoseconds(self.within) if isinstance(self.within, str) else None
        if length is None or not _SHORTEST <= length < longest * 1e9:
            raise Senseless(
                "within", f"{self.within!a}: no duration from 1ms to below {longest:g}s, such as 500ms or 1.5s"
            )
        return length / 1e9


def _status(field: str, given: Any) -> int:
    """The status that is given as a number, or in digits."""
    text = str(given)
    if not (text.isascii() and text.isdecimal() and int(text) in _STATUSES):
        raise Senseless(field, f"{given}: no status of an answer; there are {_STATUSES[0]} to {_STATUSES[-1]}")
    return int(text)


def _in_parts(field: str, given: Mapping[Any, float]) -> dict[Any, Fraction]:
    """The percentages as fractions, exactly as they are written: 0.1 is a tenth of a percent."""
    asked = {}
    for name, share in given.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= _WHOLE:
            raise Senseless(field, f"{name}: {share!a} is no share; give 0 to {_WHOLE} percent")
        asked[name] = Fraction(str(share)) / _WHOLE
    if (found := sum(asked.values()) * _WHOLE) != _WHOLE:
        percent = "; give percent, such as 90 and not 0.9" if found == 1 else ""
        raise Senseless(field, f"add up to {float(found):g}, and not to {_WHOLE}{percent}")
    return asked


def _without(asked: Mapping[Text, Fraction], never: Iterable[Text]) -> dict[Text, Fraction]:
    """Add what must never come, which cannot be asked for too."""
    for outcome in never:
        if share := asked.get(outcome):
            raise Senseless(
                "never", f"{english(outcome)} is to come in {float(share) * _WHOLE:g} of {_WHOLE} answers too"
            )
    return {**asked, **dict.fromkeys(never, Fraction(0))}
