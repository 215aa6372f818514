"""The result as rows of words: the same for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.enduser import shown
from scenarios.evidence.judge import Judgement, Verdict
from scenarios.evidence.latency import judge_budget
from scenarios.evidence.step import StepReport
from scenarios.messages.catalogue import english
from scenarios.messages.figures import percent
from scenarios.messages.message import Text
from scenarios.reporting.model import Report, proxy_count, success_of
from scenarios.statistics.claim import PUNCTUAL, Aspect

COLUMNS = ("", "asked", "seen (95 %)", "allowed", "client", "proxies", "rps", "success", "")
MARKS = {Verdict.HOLDS: "✓", Verdict.FAILS: "✗", Verdict.INCONCLUSIVE: "?"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result; every cell is a text ready to print."""

    name: str
    asked: str = ""
    seen: str = ""
    allowed: str = ""
    client: str = ""
    proxies: str = ""
    rps: str = ""
    success: str = ""
    mark: Verdict | None = None
    heading: bool = False
    """The line opens a group."""

    @property
    def cells(self) -> tuple[str, ...]:
        mark = MARKS[self.mark] if self.mark else ""
        return (self.name, self.asked, self.seen, self.allowed, self.client, self.proxies, self.rps, self.success, mark)


def rows(report: Report) -> Iterator[Row]:
    """All lines of the result, step by step."""
    for step in report.steps:
        yield _whole(step)
        if len(step.judgements) == 1:
            yield from _outcomes(report, step, step.judgements[0], alone=True)
        else:
            for judgement in step.judgements:
                yield _end_user(step, judgement)
                yield from _outcomes(report, step, judgement, alone=False)
            yield from _together(report, step)


def _whole(step: StepReport) -> Row:
    everybody = step.by_version
    return Row(
        english(step.title),
        client=f"{everybody.pages:,}",
        proxies=f"{sum(step.proxy_counts.answered.values()):,}",
        rps=f"{step.per_second(everybody.pages):.2f}",
        success=_success(everybody.pages / everybody.requests),
        heading=True,
    )


def _end_user(step: StepReport, judgement: Judgement) -> Row:
    tally = judgement.tally
    return Row(
        f"{judgement.claim.expectation.group} · {english(shown(judgement.end_user))}".removeprefix(" · "),
        client=f"{tally.pages:,}",
        rps=f"{step.per_second(tally.pages):.2f}",
        success=_success(tally.pages / tally.requests),
        heading=True,
    )


def _outcomes(report: Report, step: StepReport, judgement: Judgement, *, alone: bool) -> Iterator[Row]:
    shares = judgement.claim.expectation.shares
    for outcome in judgement.outcomes:
        count = judgement.tally.outcomes.get(outcome, 0)
        proxies = proxy_count(step, judgement, outcome) if alone else None
        yield Row(
            f"  {english(report.scenario.outcomes.get(outcome, outcome))}",
            asked=percent(shares[outcome]) if outcome in shares else "–",  # noqa: RUF001  # a dash for: not at all
            seen=_seen(judgement, outcome),
            allowed=str(judgement.allowed(outcome)),
            client=_client(judgement, outcome),
            proxies="" if proxies is None else f"{proxies:,}",
            rps=f"{step.per_second(count):.2f}",
            success=_success(success_of(step, judgement, outcome)) if alone else "",
            mark=_mark(judgement, outcome),
        )
    if alone and judgement.claim.expectation.aspect is Aspect.PAGE:
        if step.record.step.ratings is not None:
            yield _ratings(step)
        yield from _times(judgement)


def _together(report: Report, step: StepReport) -> Iterator[Row]:
    """The counts of the proxies, which cannot tell end users apart."""
    yield Row("all of them", heading=True)
    versions: set[Text] = {*step.by_version.outcomes, *step.proxy_counts.answered}
    for version in sorted(versions, key=english):
        count = step.by_version.outcomes.get(version, 0)
        yield Row(
            f"  {english(report.scenario.outcomes.get(version, version))}",
            client=f"{count:,}",
            proxies=f"{step.proxy_counts.answered.get(english(version), 0):,}",
            rps=f"{step.per_second(count):.2f}",
            success=_success(step.proxy_counts.success(english(version))),
        )


def _ratings(step: StepReport) -> Row:
    return Row("  answers of ratings", client=f"{step.pages_with_stars:,}", proxies=f"{step.proxy_counts.ratings:,}")


def _client(judgement: Judgement, outcome: Text) -> str:
    """The answers that were judged, and those that were still under way when that was sure: `413+7`."""
    judged, came = judgement.count(outcome), judgement.tally.outcomes.get(outcome, 0)
    return f"{judged:,}+{came - judged:,}" if came > judged else f"{judged:,}"


def _seen(judgement: Judgement, outcome: Text) -> str:
    """The share seen and its interval."""
    found = judgement.seen(outcome)
    if found is None:
        return ""
    share, low, high = (f"{100 * part:.1f}" for part in found)
    return f"{share} % ({low}–{high})"  # noqa: RUF001  # a range takes an en dash


def _times(judgement: Judgement) -> Iterator[Row]:
    """The time that the page took, against its budget."""
    if time := judge_budget(judgement):
        yield Row(
            f"  within {time.within:g} s",
            asked=f"≥ {PUNCTUAL} %",
            allowed=str(time.allowed),
            client=f"{time.on_time:,}",
            mark=time.verdict,
        )
    for name, at in (("p50", 50), ("p95", 95), ("max", 100)):
        yield Row(f"  ms, {name}", client=f"{judgement.tally.percentile(at):,.0f}")


def _mark(judgement: Judgement, outcome: Text) -> Verdict:
    if judgement.fits(outcome):
        return Verdict.HOLDS if judgement.verdict is not Verdict.INCONCLUSIVE else Verdict.INCONCLUSIVE
    return Verdict.FAILS if judgement.verdict is Verdict.FAILS else Verdict.INCONCLUSIVE


def _success(share: float | None) -> str:
    """Cut off, never rounded up: one failure in a million is not 100.0 %."""
    return "N/A" if share is None else f"{int(share * 1000 + 1e-9) / 10:.1f} %"
