"""The lines of a run, as messages: the claims before the first request, and the verdict after the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from scenarios.enduser import shown
from scenarios.evidence.counted import named
from scenarios.evidence.visits.ejection import EjectionRecord
from scenarios.evidence.visits.growth import GrowthRecord
from scenarios.messages.message import Message, Text
from scenarios.scenario import Ejection, Scaling, Scenario
from scenarios.statistics import binomial
from scenarios.statistics.claim import Claim, caught


def claim_lines(scenario: Scenario, claims: Sequence[Sequence[Claim]]) -> Iterator[Message]:
    """Say of every step what is asked, and how many counts of how many requests chance allows."""
    for step, of_step in zip(scenario.steps, claims, strict=True):
        for (key, said), alike in groupby(of_step, key=lambda claim: _claimed(scenario, claim)):
            names = [shown(claim.expectation.end_user) for claim in alike]
            who = names[0] if len(names) == 1 else Message("run.each", names=names)
            yield Message(key, step=step.title, who=who, **said)
        if counting := step.counting:
            allowed = binomial.allowed(of_step[0].requests, counting.share, of_step[0].alpha)
            yield Message(
                "run.counts",
                step=step.title,
                what=named(counting),
                share=counting.share,
                calls=of_step[0].requests,
                allowed=(allowed.low, allowed.high),
            )
        if health := step.health:
            yield Message(
                "run.compares",
                step=step.title,
                new=health.new,
                old=health.old,
                most=sum(claim.requests for claim in of_step),
                least=health.least_answers,
                worse=health.worse,
                slower=health.slower_ms,
            )


def headline(told: Mapping[str, Any]) -> Iterator[Text]:
    """Say where the run was, how long it took and when its rule was in force."""
    point, seconds = told["steps"][told["point"]], told["seconds"]
    rate = told["requests"] / seconds if seconds else 0.0
    yield told["platform"]
    yield Message("run.total", n=told["requests"], seconds=seconds, rate=rate)
    yield Message("run.rule_in_force", after=point["in_force_ms"])
    yield Message("page.of_revision", revision=point["revision"])


def verdict_parts(told: Mapping[str, Any]) -> Iterator[Text]:
    """Say why the verdict is what it is, and how the platform was left."""
    yield from _rolled_back(told)
    yield from ejection_parts(told)
    yield from scaled_parts(told)
    if told["verdict"] == "HOLDS":
        yield told["power"]
        yield from _recovered(told)
    else:
        yield Message("reason.several", reasons=told["reasons"])
    yield told["ending"]


def health_lines(told: Mapping[str, Any]) -> Iterator[Message]:
    """Say of each step of a rollout how the new version stood beside the old one."""
    for step in told["steps"]:
        if health := step.get("health"):
            yield Message(
                "run.health",
                step=step["title"],
                verdict=Message(f"health.{health['verdict']}"),
                new=health["new"],
                old=health["old"],
                measures=[_measured(name, it) for name, it in health["measures"].items()],
            )


def count_lines(told: Mapping[str, Any]) -> Iterator[Message]:
    """Say of each step what the proxies counted, where it claims something of that."""
    for step in told["steps"]:
        if it := step.get("counted"):
            yield Message(
                "run.counted",
                step=step["title"],
                verdict=Message(f"verdict.{it['verdict']}"),
                what=it["what"],
                counted=it["counted"] or 0,
                calls=it["calls"],
                allowed=tuple(it["allowed"]),
                share=it["asked_exactly"],
                retries=it["retries"],
            )


def _measured(name: str, it: Mapping[str, Any]) -> Message:
    counts = {key: it[key] for key in ("new_bad", "new_answers", "old_bad", "old_answers")}
    if it["line_ms"] is None:
        return Message("measure.failed", **counts)
    return Message("measure.later", what=name, line=it["line_ms"], **counts)


def _rolled_back(told: Mapping[str, Any]) -> Iterator[Message]:
    """Say what a rollback took, and how many pages were bad."""
    for step in told["steps"]:
        health = step.get("health")
        if not health or health["rolled_back_ms"] is None:
            continue
        yield Message("run.taken_back", step=step["title"], old=health["old"], after=health["rolled_back_ms"])
        if health["bad"]:
            seconds = (health["last_bad_at_ms"] - health["first_bad_at_ms"]) / 1000
            yield Message("run.met", n=health["bad"], new=health["new"], seconds=seconds)


def ejection_parts(told: Mapping[str, Any]) -> Iterator[Message]:
    """Say how soon an instance was out, who met it until then, and when it was back."""
    out_at = None
    for step in told["steps"]:
        it = step.get("ejection")
        if not it or None in (it["after_ms"], it["at_ms"]):
            continue
        if it["wanted"] == "out":
            out_at = it["at_ms"]
            yield Message("run.out", version=it["version"], n=it["bad_answers"], seconds=it["after_ms"] / 1000)
            yield Message("run.met_sick", met=it["met"], pages=it["pages"], lacking=it["lacking"])
        elif out_at is not None:
            yield Message("run.back", version=it["version"], seconds=(it["at_ms"] - out_at) / 1000)


def ejection_line(title: Text, wanted: Ejection, seen: EjectionRecord) -> Message:
    """Say of a step, as soon as it is known, what became of the instance that it waits for."""
    if seen.after_ms is None or seen.at is None:
        return Message("run.not_out" if wanted.out else "run.not_back", title=title, version=wanted.version)
    key = "run.is_out" if wanted.out else "run.is_back"
    fields = {"n": seen.bad_answers, "met": seen.met, "pages": seen.pages, "seconds": seen.after_ms / 1000}
    return Message(key, title=title, version=wanted.version, **fields)


def scaled_parts(told: Mapping[str, Any]) -> Iterator[Message]:
    """Say what more instances did for the page, how their calls were dealt out, and whether anybody else was touched."""
    for step in told["steps"]:
        it = step.get("scaled")
        if not it or it["grown_ms"] is None:
            continue
        yield Message("run.p95", before=it["p95_before_ms"], after=it["p95_after_ms"], n=it["ready"])
        yield parts_line(it["sent"])
        if not it["touched"]:
            yield Message("run.untouched")


def parts_line(sent: Mapping[str, int]) -> Message:
    """Say how the calls were dealt out to the instances."""
    return Message("run.parts", parts=[Message("run.part", name=name, n=n) for name, n in sent.items()])


def scaled_line(title: Text, wanted: Scaling, seen: GrowthRecord) -> Message:
    """Say of a step, as soon as it is known, whether its instances are there, and what visitors saw meanwhile."""
    if seen.after_ms is None:
        return Message("run.not_grown", title=title, n=seen.ready, workload=wanted.workload)
    whole, pages = seen.pages - seen.lacking, seen.pages
    seconds = seen.after_ms / 1000
    return Message("run.grown", title=title, n=seen.ready, seconds=seconds, whole=whole, pages=pages)


def _recovered(told: Mapping[str, Any]) -> Iterator[Message]:
    """Say when the visitors who came while the fault was lifted had stars again."""
    first, last = told["recovered_first_ms"], told["recovered_last_ms"]
    if first is not None and last:
        yield Message("run.stars_again_last", first=first, last=last)
    elif first is not None:
        yield Message("run.stars_again", first=first)


def _claimed(scenario: Scenario, claim: Claim) -> tuple[str, dict[str, Any]]:
    """Return the key of a claim's line, and its fields but for whose claim it is."""
    shares = claim.expectation.shares
    asked = [
        Message("run.asked", outcome=scenario.outcomes.get(outcome, outcome), share=share)
        for outcome, share in shares.items()
    ]
    ranges = [(claim.allowed[outcome].low, claim.allowed[outcome].high) for outcome in shares]
    if len(set(ranges)) == 1:
        ranges = ranges[:1]
    return "run.claim" if claim.sequential_alpha is None else "run.claim_at_most", {
        "asked": tuple(asked),
        "requests": claim.requests,
        "ranges": tuple(Message("figure.range", of=ends) for ends in ranges),
        "catches": _catches(claim),
    }


def _catches(claim: Claim) -> Message:
    what, together = caught([("", [claim])]), claim.expectation.leak_shared_by
    if not claim.is_conclusive:
        return Message("run.catches_nothing")
    return Message("run.catches_in_all", what=what, n=together) if together > 1 else Message("run.catches", what=what)
