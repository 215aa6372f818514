"""What a test expects of the answers, as a claim with its statistics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from platforms.errors import UsageError
from platforms.istio.durations import nanoseconds
from scenarios.messages.message import Text
from scenarios.plugin.asking import StubAnswer
from scenarios.statistics.claim import Aspect, Claim, Expectation, plan_claims

_WHOLE = 100
_LEAK = Fraction(1, 100)
_STATUSES = range(200, 600)
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Expected:
    """A claim, and the way in which an answer is one of its outcomes."""

    claim: Claim
    by_version: bool
    never: frozenset[str]
    """The versions that must not be called at all, whether a client sees their answers or not."""

    def outcome(self, answer: StubAnswer) -> str:
        """The outcome that an answer is: a version, or a status."""
        if answer.status is None:
            return "no answer"
        if not self.by_version or answer.version is None or answer.status >= _REFUSED:
            return str(answer.status) if not self.by_version else f"status {answer.status}"
        names = (answer.version, f"{answer.service}-{answer.version}")
        shares = self.claim.expectation.shares
        return next((name for name in reversed(names) if name in shares), names[0])


def expected(
    *,
    shares: Mapping[str, float] | None,
    status: int | Mapping[int, float] | None,
    never: Collection[str | int],
    within: str | None,
    requests: int | None,
    margin: float,
) -> Expected:
    """Make a claim of what is expected; raises UsageError for what makes no sense."""
    if shares is not None and status is not None:
        raise UsageError("shares and status: an answer counts for its version or for its status; make two expectations")
    versions = [one for one in never if isinstance(one, str)]
    statuses = [str(one) for one in never if not isinstance(one, str)]
    by_version = shares is not None or bool(versions)
    if (by_version and (statuses or status is not None)) or (requests is not None and requests < 1):
        raise UsageError(
            "never and requests: name versions beside shares, statuses beside status, and at least 1 request"
        )
    if not 1 <= margin <= 50:  # noqa: PLR2004  # points
        raise UsageError(f"margin: {margin:g}: give 1 to 50 points")
    asked = _asked(shares, status, open_=bool(never) and shares is None and status is None)
    for one in (*versions, *statuses):
        if asked.get(one):
            raise UsageError(f"never: {one} is expected too; leave out one of the two")
        asked[one] = Fraction(0)
    points = Fraction(str(margin)) / _WHOLE
    expectation = Expectation(
        "",
        asked,
        margin=points,
        aspect=Aspect.STATUS,
        leak=min(points, _LEAK),
        budget=_budget(within),
        others_may_come=bool(never) and shares is None and status is None,
    )
    (claim,) = plan_claims([expectation], [requests])
    if not claim.is_conclusive:
        raise UsageError(
            f"requests: {requests} are too few to catch anything; leave them out, and as many are sent as it takes"
        )
    return Expected(claim, by_version, frozenset(versions))


def _asked(
    shares: Mapping[str, float] | None, status: int | Mapping[int, float] | None, *, open_: bool
) -> dict[Text, Fraction]:
    given: Mapping[str, float]
    if open_:
        return {}
    if shares is not None:
        given = shares
    elif isinstance(status, Mapping):
        given = {str(one): share for one, share in status.items()}
    else:
        given = {str(200 if status is None else status): _WHOLE}
    if shares is None and (wrong := next((one for one in given if int(one) not in _STATUSES), None)):
        raise UsageError(f"status: {wrong}: no status of an answer; there are 200 to 599")
    if wrong := next((name for name, share in given.items() if not 0 <= share <= _WHOLE), None):
        raise UsageError(f"{wrong}: {given[wrong]:g} is no share; give 0 to {_WHOLE} percent")
    asked: dict[Text, Fraction] = {name: Fraction(str(share)) / _WHOLE for name, share in given.items()}
    if (found := sum(asked.values()) * _WHOLE) != _WHOLE:
        raise UsageError(f"{'status' if shares is None else 'shares'}: add up to {float(found):g}, and not to {_WHOLE}")
    return asked


def _budget(within: str | None) -> float | None:
    if within is None:
        return None
    length = nanoseconds(within)
    if not length or length < 10**6:
        raise UsageError(f"within: {within!a}: no duration from 1ms on, such as 500ms or 1.5s")
    return length / 1e9
