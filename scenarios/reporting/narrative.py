"""How do you know? The answer in plain sentences, each of them only if it is true of this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.messages.message import Message


def evidence(told: Mapping[str, Any]) -> Iterator[Message]:
    """The reasons to believe this run, or not to; `told` is its document with messages."""
    yield from _in_force(told)
    yield from _witnesses(told)
    yield Message("evidence.beforehand")
    if any(claim["stopped_after"] is not None for claim in told["claims"]):
        yield Message("evidence.stopped_early")
    if any("share_95" in outcome for claim in told["claims"] for outcome in claim["outcomes"].values()):
        yield Message("evidence.intervals")
    yield Message("evidence.false_alarm", runs=round(1 / told["false_alarm"]))
    yield Message("evidence.power", power=told["power"])
    yield from _ejection(told)
    yield from _scaled(told)
    yield from _recovery(told)
    yield from _ending(told)


def _in_force(told: Mapping[str, Any]) -> Iterator[Message]:
    point = told["steps"][told["point"]]
    yield Message("evidence.in_force", n=point["proxies_asked"], after=point["in_force_ms"])
    if all(step["witnesses_agree"] for step in told["steps"]):
        yield Message("evidence.still_in_force")


def _witnesses(told: Mapping[str, Any]) -> Iterator[Message]:
    if doubts := [step["doubt"] for step in told["steps"] if step["doubt"]]:
        for doubt in dict.fromkeys(doubts):
            yield Message("evidence.doubt", doubt=doubt)
        return
    pages = sum(claim["pages"] for claim in told["claims"])
    answers = sum(n - _copies(step, version) for step in told["steps"] for version, n in _answered(step))
    if answers > pages:
        yield Message("evidence.agree_more", pages=pages, answers=answers, more=answers - pages)
    else:
        yield Message("evidence.agree", pages=pages, answers=answers)
    logged = [step.get("requests_logged") for step in told["steps"]]
    if all(number is not None for number in logged):
        yield Message("evidence.logged", n=sum(logged))
    for step in told["steps"]:
        if it := step.get("counted"):
            yield Message("evidence.counted", what=it["what"], counted=it["counted"] or 0, calls=it["calls"])


def _answered(step: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    yield from step["proxies"]["reviews_answered"].items()


def _copies(step: Mapping[str, Any], version: str) -> int:
    """The answers of a version that nobody was to see."""
    it = step.get("counted") or {}
    copied = it.get("kind") == "mirrored" and it["version"] == version
    return int(step["proxies"]["reviews_answered"][version]) if copied else 0


def _ejection(told: Mapping[str, Any]) -> Iterator[Message]:
    for step in told["steps"]:
        it = step.get("ejection")
        if it and it["wanted"] == "out" and it["verdict"] == "HOLDS":
            yield Message("evidence.out", version=it["version"], n=step["requests"], pages=it["pages"])


def _scaled(told: Mapping[str, Any]) -> Iterator[Message]:
    for step in told["steps"]:
        it = step.get("scaled")
        if it and it["verdict"] == "HOLDS":
            yield Message("evidence.quicker", part=it["part"], before=it["p95_before_ms"], after=it["p95_after_ms"])
            yield Message("evidence.scaled", workload=it["workload"], pages=it["pages"], allowed=tuple(it["allowed"]))


def _recovery(told: Mapping[str, Any]) -> Iterator[Message]:
    first, last = told["recovered_first_ms"], told["recovered_last_ms"]
    if first is not None:
        yield Message("evidence.first_with_stars", n=told["recovered_pages"] or 0, after=first)
        if last is None:
            yield Message("evidence.no_more_without")
    if last is not None:
        yield Message("evidence.last_without_stars", after=last)


def _ending(told: Mapping[str, Any]) -> Iterator[Message]:
    if told["kept"]:
        yield Message("evidence.kept")
    elif told["restored_ms"] is not None:
        yield Message("evidence.restored", after=told["restored_ms"])
