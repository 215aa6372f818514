"""The words for the pairs of a trial: who called, what came of it, and what the whole shows."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.evidence.judgement import Verdict
from scenarios.evidence.pair import GATEWAY, Caller, Kind, Outcome, Pair
from scenarios.messages.message import Message, Text

CLAIMS = (Message("zero_trust.claim_arrows"), Message("zero_trust.claim_pairs"), Message("zero_trust.claim_strangers"))
"""The claims of every trial, whatever is in force."""


def name(caller: Caller) -> Text:
    """Return the caller as people call it."""
    if caller.kind is Kind.PROXY:
        return Message("zero_trust.gateway") if caller.app == GATEWAY else caller.name
    return Message(f"zero_trust.{caller.kind.value}")


def outcome(of: Outcome) -> Message:
    """Return an outcome in a word; one that is none of those expected is told by its status."""
    return Message(f"zero_trust.{of.value}")


def outcomes(pair: Pair) -> tuple[Text, ...]:
    """List what came of a pair's calls, each once."""
    statuses = dict.fromkeys(zip(pair.outcomes, pair.answers, strict=True))
    shown = {one: str(status) if one is Outcome.OTHER else "" for one, status in statuses}
    return tuple(
        Message("zero_trust.other", status=status) if status else outcome(one) for one, status in shown.items()
    )


def held(pairs: Sequence[Pair]) -> Message:
    """Say what has been shown where every pair is as it should be."""
    numbers = {kind: sum(pair.expected is kind for pair in pairs) for kind in Outcome}
    return Message(
        "zero_trust.held",
        taken=numbers[Outcome.TAKEN],
        denied=numbers[Outcome.DENIED],
        cut=numbers[Outcome.CUT],
        calls=sum(len(pair.answers) for pair in pairs),
    )


def reasons(pairs: Sequence[Pair]) -> list[Text]:
    """List the reasons why a trial does not hold: what opened, what else is wrong; or, if nothing is, who is not believed."""
    opened = [_arrow(pair) for pair in pairs if pair.opened]
    failed = [_seen(pair) for pair in pairs if pair.verdict is Verdict.FAILS and not pair.opened]
    doubted = [_counted(pair) for pair in pairs if pair.verdict is Verdict.INCONCLUSIVE]
    found: list[Text] = []
    if opened:
        found.append(Message("zero_trust.opened", n=len(opened), arrows=opened))
    if failed:
        found.append(Message("zero_trust.failed", pairs=failed))
    if doubted and not found:
        found.append(Message("zero_trust.doubted", pairs=doubted))
    return found


def reason(pair: Pair) -> Text:
    """Return the reason why one pair is not as it should be; empty if it is."""
    match pair.verdict:
        case Verdict.HOLDS:
            return ""
        case Verdict.FAILS:
            return _seen(pair)
        case Verdict.INCONCLUSIVE:
            return _counted(pair)


def _arrow(pair: Pair) -> Message:
    return Message("zero_trust.arrow", caller=name(pair.caller), app=pair.app)


def _seen(pair: Pair) -> Message:
    return Message("zero_trust.seen", arrow=_arrow(pair), seen=outcomes(pair), expected=outcome(pair.expected))


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
