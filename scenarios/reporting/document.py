"""The report as the one JSON document: what --json prints, and what a report is drawn again from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from platforms.bookinfo import baseline
from platforms.errors import UsageError
from platforms.istio.reading.documents import Unreadable, json_document
from scenarios.enduser import shown
from scenarios.events.event import Tried
from scenarios.events.reading import read as recorded
from scenarios.evidence.counted import named
from scenarios.evidence.judgement import Judgement, Verdict
from scenarios.evidence.latency import PERCENTS, judge_budget
from scenarios.evidence.observation import Observation, Tally, tally
from scenarios.evidence.step import StepReport
from scenarios.messages.catalogue import english
from scenarios.messages.figures import per_hundred
from scenarios.messages.message import Message, Text
from scenarios.reporting import timeline
from scenarios.reporting.model import Report, proxy_count, ratio, success_of
from scenarios.reporting.texts import in_english
from scenarios.reporting.trial import document as trial
from scenarios.reporting.trial.model import Trial
from scenarios.statistics import binomial

SCHEMA_VERSION = 3
DRAWN_AGAIN = (1, 2, SCHEMA_VERSION)
"""The versions of reports that can be drawn again; the first showed no intervals, the second has its texts in English only."""
SCHEMA = Path(__file__).with_name("report.schema.json")
_MOST_BYTES = 64 << 20
_MOST = 1e15


def document(report: Report) -> dict[str, Any]:
    """The report as the one JSON document."""
    return in_english(_told(report))


def _told(report: Report) -> dict[str, Any]:
    """The same with its texts as messages."""
    width_ms = timeline.slice_ms(report.total_seconds)
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": report.scenario.name,
        "title": report.scenario.title,
        "platform": report.opened.platform,
        "command": report.opened.command,
        "started": report.opened.started.isoformat(timespec="milliseconds"),
        "revision": report.point.record.convergence.revision,
        "verdict": report.verdict.name,
        "exit_code": report.exit_code,
        "reasons": report.reasons,
        "power": report.power,
        "found": report.found,
        "ending": report.ending,
        "error": report.error.why if report.error else None,
        "in_force_ms": round(report.point.record.convergence.milliseconds, 1),
        "recovered_ms": _tenths(report.recovered_ms),
        "recovered_first_ms": _tenths(report.recovery.first_with_ms if report.recovery else None),
        "recovered_last_ms": _tenths(report.recovery.last_without_ms if report.recovery else None),
        "recovered_pages": report.recovery.pages if report.recovery else None,
        "restored": report.restored is not None,
        "restored_ms": _tenths(report.restored.convergence.milliseconds if report.restored else None),
        "restored_at_ms": _since(report, report.restored.at if report.restored else None),
        "kept": report.kept,
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "total_seconds": round(report.total_seconds, 3),
        "notes": list(report.scenario.notes),
        "point": report.point_index,
        "outcome_names": _outcome_names(report),
        "false_alarm": binomial.ALPHA,
        "caught": binomial.POWER,
        "slice_ms": width_ms,
        "baseline": baseline().dump(),
        "steps": [_step(report, step, width_ms) for step in report.steps],
        "claims": [_claim(step, judgement) for step in report.steps for judgement in step.judgements],
    }


def read(path: Path) -> dict[str, Any]:
    """The document in a file; raises UsageError if it is none that this version can draw again."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise UsageError(f"{path}: over {_MOST_BYTES >> 20} MB: no report")
        found = json_document(data.decode())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, Unreadable) as error:
        raise UsageError(f"{path}: no JSON ({error})") from error
    version = found.get("schema_version") if isinstance(found, dict) else None
    known = (trial.SCHEMA_VERSION,) if trial.is_trial(found) else DRAWN_AGAIN
    if version not in known:
        given = "no schema_version" if version is None else f"schema_version {version!a:.50}"
        raise UsageError(f"{path}: {given}; a report that can be drawn again has {_either(known)}")
    for complaint in _complaints(found):
        raise UsageError(f"{path}: {complaint}")
    return dict(found)


def retold(path: Path) -> dict[str, Any]:
    """The document of the run in a recording; raises UsageError if it is none, or came to no verdict."""
    events = recorded(path)
    try:
        tries = any(isinstance(event, Tried) for event in events)
        found = trial.document(Trial.of(events)) if tries else document(Report.of(events))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: its events do not fit together ({error})") from error
    for complaint in _complaints(found):
        raise UsageError(f"{path}: {complaint}")
    return found


def _complaints(document: dict[str, Any]) -> Iterator[str]:
    """Yield the reasons why the page cannot be drawn of a document; the first is enough."""
    import jsonschema  # noqa: PLC0415  # takes long to import, and a run only writes reports

    schema = trial.SCHEMA if trial.is_trial(document) else SCHEMA
    checker = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    if wrong := jsonschema.exceptions.best_match(checker.iter_errors(document)):
        yield f"{wrong.json_path.removeprefix('$.')}: {wrong.message[:200]}"
    if not trial.is_trial(document):
        yield from _inconsistent(document)
    if not all(abs(number) <= _MOST for number in _numbers(document)):
        yield f"no run has a number over {_MOST:,.0f}"


def _inconsistent(document: dict[str, Any]) -> Iterator[str]:
    """Yield what a run's document says against itself."""
    steps, claims = document["steps"], document["claims"]
    if document["point"] >= len(steps):
        yield f"point: {document['point']!a:.20} is none of the {len(steps)} steps, which count from 0"
    titles = {step["title"] for step in steps}
    yield from (f"claims: {one['step']!a:.200} is no step" for one in claims if one["step"] not in titles)
    healths = (step.get("health") for step in steps)
    if any(one and one["bad"] and None in (one["first_bad_at_ms"], one["last_bad_at_ms"]) for one in healths):
        yield "health: bad answers came, and it is not said when the first and the last did"


def _either(numbers: Sequence[int]) -> str:
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}" if others else last


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _numbers(one)


def _outcome_names(report: Report) -> dict[str, Text]:
    """The name of every outcome of the run."""
    names = report.scenario.outcomes
    came = (outcome for judgement in report.judgements for outcome in judgement.outcomes)
    versions = (version for step in report.steps for version in step.by_version.outcomes)
    return {english(outcome): names.get(outcome, outcome) for outcome in (*names, *came, *versions, timeline.NO_ANSWER)}


def _step(report: Report, step: StepReport, width_ms: int) -> dict[str, Any]:
    return {
        "title": step.title,
        "revision": step.record.convergence.revision,
        "yaml": step.record.step.state.resources.dump(),
        "stopped": step.record.step.state.document()["stopped"],
        "applied_at_ms": _since(report, step.record.applied_at),
        "in_force_ms": round(step.record.convergence.milliseconds, 1),
        "proxies_asked": step.record.convergence.proxies,
        "requests": step.requests,
        "seconds": round(step.record.seconds, 3),
        "rps": round(step.per_second(step.by_version.pages), 2),
        "success": ratio(step.by_version.pages, step.requests),
        "milliseconds": _percentiles(step.by_version),
        "pages_with_stars": step.pages_with_stars,
        "ratings_asked": step.record.step.ratings,
        "reviews_seen": {english(version): n for version, n in step.by_version.outcomes.items()},
        "answers": _answers(report, step, width_ms),
        "proxies": {
            "reviews_answered": dict(sorted(step.proxy_counts.answered.items())),
            "reviews_failed": dict(sorted(step.proxy_counts.failed.items())),
            "reviews_retries": step.proxy_counts.retries,
            "ratings_answered": step.proxy_counts.ratings,
        },
        "witnesses_agree": step.disagreement is None,
        "doubt": step.disagreement.reason if step.disagreement else None,
        "requests_logged": step.record.pages_logged,
        "health": _health(report, step),
        "counted": _counted(step),
        "ejection": _ejection(report, step),
        "scaled": _scaled(report, step),
    }


def _health(report: Report, step: StepReport) -> dict[str, Any] | None:
    """The standing of a rollout's new version beside the old one; None of a step that compares none."""
    if (found := step.health) is None:
        return None
    return {
        "new": found.health.new,
        "old": found.health.old,
        "share": str(found.health.share),
        "verdict": found.verdict.name,
        "answers": found.answers,
        "of_no_version": found.unplaced,
        "slower_ms": found.health.slower_ms,
        "measures": {
            one.measure.value: {
                "verdict": one.verdict.name,
                "new_bad": one.new_bad,
                "new_answers": one.new_answers,
                "old_bad": one.old_bad,
                "old_answers": one.old_answers,
                "line_ms": _tenths(one.line_ms),
            }
            for one in found.measures
        },
        "bad": len(found.bad),
        "first_bad_at_ms": _since(report, found.bad[0] if found.bad else None),
        "last_bad_at_ms": _since(report, found.bad[-1] if found.bad else None),
        "rolled_back_at_ms": _since(report, step.record.rolled_back),
        "rolled_back_ms": _tenths(step.record.rolled_back_ms),
    }


def _counted(step: StepReport) -> dict[str, Any] | None:
    """The counts of proxies that a step claims something of; None of a step that claims nothing of it."""
    if (found := step.counted) is None:
        return None
    counting = found.counting
    return {
        "kind": counting.kind.value,
        "what": named(counting),
        "caller": counting.caller,
        "app": counting.app,
        "version": counting.version,
        "asked_exactly": str(counting.share),
        "counted": found.counted,
        "calls": found.calls,
        "retries": found.repeated,
        "allowed": [found.allowed.low, found.allowed.high],
        "catches_points": None if found.catches is None else float(found.catches * 100),
        "verdict": found.verdict.name,
        "reason": found.reason,
    }


def _ejection(report: Report, step: StepReport) -> dict[str, Any] | None:
    """The lot of an instance that was to be kept out, or taken back; None of a step that waits for neither."""
    if (found := step.ejection) is None:
        return None
    return {
        "version": found.wanted.version,
        "wanted": "out" if found.wanted.out else "back",
        "verdict": found.verdict.name,
        "seconds": found.wanted.seconds,
        "at_ms": _since(report, found.record.at),
        "after_ms": _tenths(found.record.after_ms),
        "bad_answers": found.record.bad_answers,
        "pages": found.record.pages,
        "met": found.record.met,
        "lacking": found.record.lacking,
        "asked": found.asked,
    }


def _scaled(report: Report, step: StepReport) -> dict[str, Any] | None:
    """The work of more instances; None of a step that scales no workload."""
    if (found := step.scaled) is None:
        return None
    return {
        "workload": found.wanted.workload,
        "wanted": found.wanted.instances,
        "by": found.wanted.by,
        "verdict": found.verdict.name,
        "reasons": list(found.reasons),
        "at_ms": _since(report, found.record.at),
        "grown_ms": _tenths(found.record.after_ms),
        "ready": found.record.ready,
        "pages": found.record.pages,
        "lacking": found.record.lacking,
        "part": str(found.wanted.quicker),
        "p95_before_ms": _tenths(found.before_ms),
        "p95_after_ms": _tenths(found.after_ms),
        "sent": dict(found.sent),
        "allowed": [found.allowed.low, found.allowed.high],
        "touched": list(step.record.touched),
    }


def _answers(report: Report, step: StepReport, width_ms: int) -> dict[str, Any]:
    expectation = step.judgements[0].claim.expectation  # all of a step look at the same

    def count(seen: Iterable[Observation]) -> Tally:
        return tally(seen, expectation.aspect, within=expectation.within)

    found = timeline.answers(
        step.record.observations, count, began=report.opened.started.timestamp(), width_ms=width_ms
    )
    return {
        "first": found.first,
        "counts": {english(outcome): list(counts) for outcome, counts in found.counts.items()},
    }


def _claim(step: StepReport, judgement: Judgement) -> dict[str, Any]:
    claim = judgement.claim
    return {
        "step": step.title,
        "end_user": shown(judgement.end_user),
        "group": claim.expectation.group,
        "looks_at": claim.expectation.aspect.value,
        "planned": claim.requests,
        "requests": judgement.tally.requests,
        "stopped_after": judgement.early.answers if judgement.early else None,
        "verdict": judgement.verdict.name,
        "reason": judgement.reason,
        "power": claim.power,
        "catches_points": None if claim.detectable_deviation is None else float(claim.detectable_deviation * 100),
        "catches_late_in_100": None
        if claim.detectable_late_share is None
        else float(per_hundred(claim.detectable_late_share)),
        "catches_leak_in_100": None if claim.detectable_leak is None else float(per_hundred(claim.detectable_leak)),
        "leak_over": claim.expectation.leak_shared_by,
        "margin": Message("figure.points", of=claim.expectation.margin),
        "pages": judgement.tally.pages,
        "rps": round(step.per_second(judgement.tally.pages), 2),
        "success": ratio(judgement.tally.pages, judgement.tally.requests),
        "missing": {english(reason): n for reason, n in judgement.tally.missing.items()},
        "milliseconds": _percentiles(judgement.tally),
        "budget": _budget(judgement),
        # The proxies cannot tell end users apart: their counts are of all who were there at the same time.
        "proxies_cover": [shown(other.end_user) for other in step.judgements],
        "outcomes": {english(outcome): _outcome(step, judgement, outcome) for outcome in judgement.outcomes},
    }


def _budget(judgement: Judgement) -> dict[str, Any] | None:
    if not (time := judge_budget(judgement)):
        return None
    return {
        "within_ms": round(1000 * time.within),
        "on_time": time.on_time,
        "late": time.late,
        "allowed": [time.allowed.low, time.allowed.high],
        "verdict": time.verdict.name,
    }


def _outcome(step: StepReport, judgement: Judgement, outcome: Text) -> dict[str, Any]:
    asked = judgement.claim.expectation.shares.get(outcome)
    fits = judgement.allowed(outcome)
    client = judgement.tally.outcomes.get(outcome, 0)
    return {
        "asked": float(asked or 0),
        "asked_exactly": str(asked or Fraction(0)),
        "named": asked is not None,
        "allowed": [fits.low, fits.high],
        "client": client,
        "judged": judgement.count(outcome),
        **_share(judgement, outcome),
        "proxies": proxy_count(step, judgement, outcome),
        "rps": round(step.per_second(client), 2),
        "success": success_of(step, judgement, outcome),
        "fits": judgement.fits(outcome) or _cut_short(step, judgement),
    }


def _cut_short(step: StepReport, judgement: Judgement) -> bool:
    """Return whether a split was taken back before it could be judged, so that its few answers speak against nothing."""
    return step.record.rolled_back is not None and judgement.verdict is Verdict.INCONCLUSIVE


def _share(judgement: Judgement, outcome: Text) -> dict[str, Any]:
    share, low, high = judgement.seen(outcome) or (None, 0.0, 1.0)
    return {"share": None if share is None else round(share, 5), "share_95": [round(low, 5), round(high, 5)]}


def _percentiles(tally: Tally) -> dict[str, float]:
    return {str(percent): tally.percentile(percent) for percent in PERCENTS}


def _since(report: Report, moment: float | None) -> float | None:
    return None if moment is None else round(1000 * (moment - report.opened.started.timestamp()), 1)


def _tenths(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
