"""The talk, clicked through as a presenter does it, and its numbers held against what was counted and recorded."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from selenium.webdriver.common.keys import Keys

from scenarios.events.event import Answered, Ended, Event, Opened, Sent
from scenarios.events.reading import read
from tests.browser.stage.screen import Screen
from tests.e2e.demo import Demo

PHASES = ("say", "do", "show", "prove")
VERSIONS = ("v1", "v2", "v3")


def recorded(demo: Demo) -> tuple[Event, ...]:
    """The newest run, as it was recorded."""
    return read(max((demo.folder / "local" / "recordings").glob("*.jsonl")))


@pytest.mark.parametrize("episode", [*(pytest.param(one, marks=pytest.mark.exhaustive) for one in (1, 2)), 3])
def test_an_episode(episode: int, screen: Screen, demo: Demo) -> None:
    """Say, do, show and prove by one key; what the proof shows is what its recording says."""
    screen.stage.ask("goto", episode=episode, phase="say")
    screen.until(lambda: screen.step() == (str(episode), "say"), "the first step")
    sentences = [screen.text("#line")]
    for phase in PHASES[1:]:
        screen.press(Keys.ARROW_RIGHT)
        screen.until(lambda phase=phase: screen.step() == (str(episode), phase), phase)
        sentences.append(screen.text("#line"))
        if phase == "do":
            screen.until_in_force()
    screen.until(lambda: screen.attribute("#verdict", "data-verdict") == "RUNNING", "a run")
    screen.until(lambda: screen.attribute("#verdict", "data-verdict") != "RUNNING", "a verdict")
    events = recorded(demo)
    ended, run = events[-1], screen.stage.picture()["run"]
    last = max(event.step for event in events if isinstance(event, Sent))

    assert len(set(sentences)) == len(PHASES)
    assert isinstance(events[0], Opened)
    assert isinstance(ended, Ended)
    assert ended.verdict.name == screen.attribute("#verdict", "data-verdict") == "HOLDS", screen.text("#reasons")
    assert run["claims"] == screen.texts("#claims li")
    for claims in events[0].claims:
        for claim in claims:
            assert any((claim.expectation.end_user or "anonymous") in one for one in run["claims"])
    assert run["answers"] == sum(len(one.seen) for one in events if isinstance(one, Answered) and one.step == last)

    screen.until_picture(lambda one: one["traffic"]["status"] == "running", "the live traffic again")


@pytest.mark.exhaustive
def test_the_numbers_are_those_of_the_picture(screen: Screen) -> None:
    """Paused, the table shows exactly what the server has counted: shares, whiskers, rates and successes."""
    screen.press("2")
    screen.until_in_force(lambda one: one["rule"]["weights"] == [90, 10, 0], "90, 10, 0")
    screen.until_picture(lambda one: one["traffic"]["answers"] >= 60, "sixty answers")
    screen.press(" ")
    screen.until_picture(lambda one: one["traffic"]["status"] == "paused", "a pause")
    before: list[int] = []

    def at_rest() -> bool:
        before.append(screen.stage.picture()["traffic"]["answers"])
        return len(before) > 1 and before[-1] == before[-2]

    screen.until(at_rest, "the last answers")
    traffic = screen.stage.picture()["traffic"]
    screen.until(lambda: f"{traffic['answers']}" in screen.text("#counted"), "the count of the picture")
    shown = {
        version: [screen.text(f"#{version}-{cell}") for cell in ("asked", "seen", "success")] for version in VERSIONS
    }

    assert shown == {
        version: [
            percent(seen["asked"], "\N{EN DASH}"),
            percent(seen["share"], "\N{EN DASH}"),
            percent(seen["success"], "N/A"),
        ]
        for version, seen in traffic["versions"].items()
    }
    assert sum(seen["answers"] for seen in traffic["versions"].values()) <= traffic["answers"]
    for version, seen in traffic["versions"].items():
        assert (seen["low"] is None) == (screen.attribute(f"#{version}-bar", "data-low") is None)


def test_goes_back_and_to_any_step(screen: Screen) -> None:
    """← goes one step back, a click on a step goes there, and the clock of the talk runs from the first step on."""
    screen.press(Keys.ARROW_RIGHT)
    screen.until(lambda: screen.step() == ("1", "do"), "the second step")
    screen.press(Keys.ARROW_LEFT)
    screen.until(lambda: screen.step() == ("1", "say"), "the first step again")
    screen.find("#episodes [data-episode='3']").click()
    screen.until(lambda: screen.step() == ("3", "say"), "the third episode")

    assert screen.text("#talk-clock").count(":") == 1


def percent(share: float | None, none: str) -> str:
    """A share as the screen writes it."""
    if share is None:
        return none
    hundredths = Decimal(repr(round(share * 100, 6)))
    tenths = hundredths.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return f"{int(hundredths)} %" if hundredths == int(hundredths) else f"{tenths} %"
