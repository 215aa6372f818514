"""What a test expects of the answers, as a claim with its statistics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from platforms.errors import UsageError
from scenarios.evidence.observation import status_outcome
from scenarios.messages.message import Message, Text
from scenarios.plugin.asking import ANSWER_SECONDS, StubAnswer
from scenarios.prove.expected_answers import ExpectedAnswers
from scenarios.statistics.claim import Claim, plan_claims

_REFUSED = 400
_NO_ANSWER = Message("outcome.no_answer")
_MARGINS = (1, 50)


@dataclass(frozen=True, slots=True)
class Expected:
    """A claim, and the way in which an answer is one of its outcomes."""

    claim: Claim
    by_version: bool
    never: frozenset[str]
    """The versions that must not be called at all, whether a client sees their answers or not."""

    def outcome(self, answer: StubAnswer) -> Text:
        """The outcome that an answer is: a version, or a status."""
        if answer.status is None:
            return _NO_ANSWER
        if not self.by_version or answer.version is None or answer.status >= _REFUSED:
            return status_outcome(answer.status)
        names = (answer.version, f"{answer.service}-{answer.version}")
        shares = self.claim.expectation.shares
        return next((name for name in reversed(names) if name in shares), names[0])


def expected(
    *,
    shares: Mapping[str, float] | None = None,
    status: int | Mapping[int, float] | None = None,
    never: str | int | Collection[str | int] = (),
    within: str | None = None,
    requests: int | None = None,
    margin: float = 5,
) -> Expected:
    """Make a claim of what is expected; raises UsageError for what makes no sense."""
    if shares is not None and not isinstance(shares, Mapping):
        raise UsageError(f'shares: {shares!a}: give percent by version, as in {{"v1": 90, "v2": 10}}')
    if isinstance(margin, bool) or not isinstance(margin, int | float) or not _MARGINS[0] <= margin <= _MARGINS[1]:
        raise UsageError(f"margin: {margin!a}: give {_MARGINS[0]} to {_MARGINS[1]} points")
    if requests is not None and (isinstance(requests, bool) or not isinstance(requests, int) or requests < 1):
        raise UsageError(f"requests: {requests!a}: give a whole number from 1 on")
    unwanted = (never,) if isinstance(never, str | int) else tuple(never)
    answers = ExpectedAnswers(shares, status, unwanted, within)
    expectation = answers.expectation(margin=Fraction(str(margin)) / 100, longest=ANSWER_SECONDS, end_user="")
    (claim,) = plan_claims([expectation], [requests])
    if not claim.is_conclusive:
        raise UsageError(
            f"requests: {requests} are too few to catch anything; leave them out, and as many are sent as it takes"
        )
    versions = frozenset(one for one in unwanted if isinstance(one, str))
    return Expected(claim, answers.tells_versions, versions)
