"""An instance that outlier detection keeps out of the balancing, and takes back: what its callers' proxies say and visitors see.

Whether it is out is read from every proxy that calls it, so no page has to be taken for a sign of it. Visitors come meanwhile,
aside from the judged requests: who of them met the instance is told by their pages, which were late or lack something.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from platforms.boundary import Platform
from platforms.counters import Counters, Hop
from platforms.wait import wait_while
from scenarios.evidence.judgement import Verdict
from scenarios.evidence.observation import WEARS, Observation, shown_in
from scenarios.evidence.visits.visitors import Visit, Visitors
from scenarios.messages.message import Message, Text
from scenarios.scenario import Ejection

_CALLER, _APP = "productpage", "reviews"
_EVERY = 0.1
"""Seconds between two visitors."""
_POLL_SECONDS = 0.05
_SEEN_LATE = 2.0
"""How much longer than it is seen to be out an instance may have been: the proxies of a busy cluster take their time to say so."""
PATIENCE = 15.0
"""How long bad answers, and the end of the time that an instance is kept out, are waited for: seconds."""


@dataclass(frozen=True, slots=True)
class EjectionRecord:
    """What was observed until an instance was out, or back, or given up."""

    at: float | None
    """When the last proxy kept it out, or took it back, in wall-clock seconds; None if that was given up."""
    after_ms: float | None
    """From the first bad answer that the proxies counted until it was out, or from the rule in force until it was back; None without."""
    bad_answers: int
    """The bad answers that the proxies had counted by then."""
    pages: int
    """The pages that visitors asked for meanwhile."""
    met: int
    """Those that met the instance: they took longer than its callers wait for it, or lack something."""
    lacking: int
    """Those that lack something."""


@dataclass(frozen=True, slots=True)
class EjectionReport:
    """What was to happen to the instance, what did, and the verdict on it."""

    wanted: Ejection
    record: EjectionRecord
    asked: int
    """The calls that the instance got while the judged requests were sent."""
    verdict: Verdict
    reason: Text = ""
    """The reason why it does not hold; empty if it does."""


def watch_ejection(platform: Platform, wanted: Ejection) -> EjectionRecord:
    """Let visitors come until the proxies say that the instance is out, or back; that it never is, is for the verdict."""
    workloads = platform.workloads()
    callers = {one.name: n for one, n in workloads.items() if one.app == _CALLER}
    instances = sum(n for one, n in workloads.items() if (one.app, one.version) == (_APP, wanted.version))
    out = sum(callers.values()) * instances if wanted.out else 0
    before, began = platform.upstream_requests(), time.time()
    first_bad: float | None = None
    counted, at = before, began

    def is_pending() -> bool:
        nonlocal counted, at, first_bad
        counted, at = platform.upstream_requests().since(before), time.time()
        if first_bad is None and _at(wanted.version, counted.failures):
            first_bad = at
        return _at(wanted.version, counted.ejected) != out

    with Visitors(platform.gateway_url, _EVERY) as visitors:
        patience = PATIENCE if wanted.out else PATIENCE + wanted.seconds
        given_up = wait_while(is_pending, patience, every=_POLL_SECONDS)
    since = first_bad if wanted.out else began
    return EjectionRecord(
        at=None if given_up else at,
        after_ms=None if given_up or since is None else 1000 * (at - since),
        bad_answers=_at(wanted.version, counted.failures),
        pages=len(visitors.visits),
        met=sum(_lacks(one) or one.milliseconds >= wanted.late_ms for one in visitors.visits),
        lacking=sum(map(_lacks, visitors.visits)),
    )


def judge_ejection(  # noqa: PLR0917  # each another kind of thing
    wanted: Ejection,
    record: EjectionRecord,
    counters: Counters,
    seen: Sequence[Observation],
    title: Text,
    before: EjectionRecord | None = None,
) -> EjectionReport:
    """Judge what became of the instance: out, it gets none of the judged requests; back, it was out for its time since the step `before`."""
    asked = _at(wanted.version, counters.requests)
    found = (
        _fault_while_out(wanted, record, counters, asked, seen)
        if wanted.out
        else _fault_when_back(wanted, record, before)
    )
    if found is None:
        return EjectionReport(wanted, record, asked, Verdict.HOLDS)
    verdict, key, figures = found
    return EjectionReport(wanted, record, asked, verdict, Message(key, step=title, version=wanted.version, **figures))


_Fault = tuple[Verdict, str, Mapping[str, float]]
"""The verdict, the message, and its figures."""


def _fault_while_out(
    wanted: Ejection, record: EjectionRecord, counters: Counters, asked: int, seen: Sequence[Observation]
) -> _Fault | None:
    if record.at is None:
        of = sum(n for hop, n in counters.requests.items() if hop.app == _APP)
        figures = {"met": record.met, "pages": record.pages, "asked": asked, "of": of, "seconds": PATIENCE}
        return Verdict.FAILS, "reason.not_out", figures
    if record.after_ms is None:
        return Verdict.INCONCLUSIVE, "reason.out_before", {}
    if not asked:
        return None
    if answers_while_out(wanted, record, seen) is not None:
        return Verdict.INCONCLUSIVE, "reason.back_early", {"seconds": wanted.seconds}
    return Verdict.FAILS, "reason.asked_while_out", {"asked": asked}


def _fault_when_back(wanted: Ejection, record: EjectionRecord, before: EjectionRecord | None) -> _Fault | None:
    """Nobody may have met it only because the requests of the step before were sent sooner than it was taken back."""
    if record.at is None:
        return Verdict.FAILS, "reason.not_back", {"seconds": wanted.seconds}
    if before is None or before.at is None:
        return None
    if record.at >= _surely_out_until(wanted, before.at):
        return None
    return Verdict.FAILS, "reason.back_too_soon", {"kept": record.at - before.at, "seconds": wanted.seconds}


def answers_while_out(wanted: Ejection, record: EjectionRecord, seen: Sequence[Observation]) -> int | None:
    """The number of answers that came while the instance was kept out; None if none came later, or if it never was out."""
    if not wanted.out or record.at is None:
        return None
    over = _surely_out_until(wanted, record.at)
    came = [one.at <= over for one in seen]
    return None if all(came) else came.index(False)


def _surely_out_until(wanted: Ejection, seen_out: float) -> float:
    """The end of its time, as early as that can be for one that was seen to be out then."""
    return seen_out + wanted.seconds - _SEEN_LATE


def ejected_besides(wanted: Ejection, counters: Counters) -> list[str]:
    """List the versions of reviews that are kept out and should not be."""
    found = {hop.version for hop, n in counters.ejected.items() if n and hop.app == _APP}
    return sorted(found - ({wanted.version} if wanted.out else set()))


def _at(version: str, counts: Mapping[Hop, int]) -> int:
    """Sum the counts of all callers at this version of reviews."""
    return sum(n for hop, n in counts.items() if (hop.app, hop.version) == (_APP, version))


def _lacks(visit: Visit) -> bool:
    return shown_in(visit.marks) not in WEARS.values()
