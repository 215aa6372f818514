"""The talk, clicked through as a presenter does it, and its numbers held against what was counted."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from tests.browser.stage.screen import Screen

VERSIONS = ("v1", "v2", "v3")


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
    hundredths = round(share * 100, 6)
    return f"{hundredths:.0f} %" if hundredths == int(hundredths) else f"{hundredths:.1f} %"
