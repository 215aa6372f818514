"""Defects of the episodes beyond the deck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from platforms.bookinfo import baseline
from platforms.boundary import State
from scenarios import circuit_breaking, mirroring, retries, rollout, scale_out, timeouts
from scenarios.circuit_breaking.episode import rule as breaker
from scenarios.defects import mutations
from scenarios.defects.defect import Defect
from scenarios.evidence.judgement import Verdict
from scenarios.messages.message import Message

_MARGIN = Fraction(5, 100)
_WHILE_PAGES = 1000
"""A step of a rollout in which nothing is bad takes three times as many, or more."""


def counted_defects() -> Iterator[Defect]:
    """Those of the episodes that claim something of the proxies' counts: without what they are about, and with less of it."""
    for name, description, command, reason in (
        ("timeout-missing", Message("defect.timeout_missing"), timeouts.COMMAND, "ended by their time-out: 0 of"),
        ("retries-missing", Message("defect.retries_missing"), retries.COMMAND, "rescued by a retry: 0 of"),
    ):
        scenario = command.scenario([], _MARGIN)
        yield Defect(
            name=name,
            description=description,
            scenario=scenario,
            step=2,
            actual_state=scenario.steps[1].state,
            expected=Verdict.FAILS,
            expected_reason=reason,
        )
    scenario = mirroring.COMMAND.scenario([], _MARGIN)
    yield Defect(
        name="copies-missing",
        description=Message("defect.copies_missing"),
        scenario=scenario,
        step=0,
        actual_state=mirroring.COMMAND.scenario(["--percent", "10"], _MARGIN).steps[0].state,
        expected=Verdict.FAILS,
        expected_reason="copies to reviews v2",
    )


def ejection_defects() -> Iterator[Defect]:
    """Nobody keeps the instance out that hangs, or not for as long as is claimed."""
    scenario = circuit_breaking.COMMAND.scenario([], _MARGIN)
    right = Defect(
        name="detection-missing",
        description=Message("defect.detection_missing"),
        scenario=scenario,
        step=1,
        actual_state=circuit_breaking.COMMAND.scenario(["--without-detection"], _MARGIN).steps[1].state,
        expected=Verdict.FAILS,
        expected_reason="was still asked after",
    )
    yield right
    yield replace(
        right,
        name="back-too-soon",
        description=Message("defect.back_too_soon"),
        actual_state=State(baseline().overlaid(breaker(out_seconds=1))),
        expected_reason="was out, and",
    )


def scaling_defects() -> Iterator[Defect]:
    """No instance more is asked for, while a page as quick as with three is claimed."""
    scenario = scale_out.COMMAND.scenario(["--without-scaling"], _MARGIN)
    yield Defect(
        name="instances-missing",
        description=Message("defect.instances_missing"),
        scenario=scenario,
        step=1,
        actual_state=scenario.steps[1].state,
        expected=Verdict.FAILS,
        expected_reason="95 of 100 pages took up to",
        fit=scale_out.COMMAND.fit,
    )


def rollout_defects() -> Iterator[Defect]:
    """The new version is bad at once, after a while or only in the last step, and a step gives it more than it claims."""
    broken = ["--break", "v2=errors:20%"]
    for name, description, steps, step, after in (
        ("bad-release", Message("defect.bad_release"), "50", 0, 0),
        ("bad-after-a-while", Message("defect.bad_after_a_while", pages=_WHILE_PAGES), "50", 0, _WHILE_PAGES),
        ("bad-at-last", Message("defect.bad_at_last"), "50,100", 1, 0),
    ):
        scenario = rollout.COMMAND.scenario(["--steps", steps], _MARGIN)
        yield Defect(
            name=name,
            description=description,
            scenario=scenario,
            step=step,
            actual_state=rollout.COMMAND.scenario(["--steps", steps, *broken], _MARGIN).steps[step].state,
            expected=Verdict.FAILS,
            expected_reason="v2 failed in",
            after=after,
        )
    scenario = rollout.COMMAND.scenario(["--steps", "50"], _MARGIN)
    yield Defect(
        name="split-of-release",
        description=Message("defect.split_of_release"),
        scenario=scenario,
        step=0,
        actual_state=mutations.with_weights(scenario.steps[0].state, 20, 80),
        expected=Verdict.FAILS,
        expected_reason="v2",
    )
