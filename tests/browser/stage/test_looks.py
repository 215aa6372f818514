"""The screen of the stage: its size, its colours, its languages, and who can use it."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.stage.readable import AXE, findings, too_small
from tests.browser.stage.screen import LARGE, SLIDE, Screen
from tools.browser import resize


def test_nothing_is_blocked_or_missing(screen: Screen) -> None:
    """The strict Content-Security-Policy blocks nothing that the stage needs, and every file is there."""
    screen.press("e")
    screen.until(
        lambda: screen.browser.execute_script("return !!document.querySelector('#editor > div')"), "the editor"
    )
    screen.press(Keys.ESCAPE)

    assert [] == screen.log()


@pytest.mark.parametrize("language", ["en", pytest.param("ko", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("size", [SLIDE, pytest.param(LARGE, marks=pytest.mark.exhaustive)])
def test_everything_fits(size: tuple[int, int], language: str, screen: Screen) -> None:
    """Nothing scrolls, sticks out, is cut off or lies over something else, whatever is in force."""
    resize(screen.browser, *size)
    screen.stage.ask("language", language=language)
    for ask in ({"number": 1}, {"number": 2}):
        screen.stage.ask("preset", **ask)
        screen.until_in_force()
        screen.until(lambda: screen.attribute("html", "lang") == language, language)

        assert [] == screen.misplaced()


def test_nothing_is_too_small(screen: Screen) -> None:
    """At 1280 by 720 no text outside the pages is under 16 pixels."""
    screen.stage.ask("preset", number=2)
    screen.until_in_force()

    assert [] == too_small(screen)


def test_changes_its_language(screen: Screen) -> None:
    """L puts the labels, the sentence to say and the document's own language into the other one, and back."""
    english = screen.text("#line"), screen.text("#episodes [data-episode='3']"), screen.attribute("html", "lang")
    screen.press("l")
    screen.until(lambda: screen.attribute("html", "lang") == "ko", "Korean")
    korean = screen.text("#line"), screen.text("#episodes [data-episode='3']"), screen.attribute("html", "lang")
    screen.press("l")
    screen.until(lambda: screen.attribute("html", "lang") == "en", "English")

    assert not set(english) & set(korean)
    assert all(any("가" <= letter <= "힣" for letter in text) for text in korean[:2])
    assert english[0] == screen.text("#line")


def test_turns_dark(screen: Screen) -> None:
    """D makes the background dark and the text light, and back."""
    light = brightness(screen, "backgroundColor"), brightness(screen, "color")
    screen.press("d")
    screen.until(lambda: brightness(screen, "backgroundColor") < light[0], "another background")
    dark = brightness(screen, "backgroundColor"), brightness(screen, "color")
    screen.press("d")
    screen.until(lambda: brightness(screen, "backgroundColor") == light[0], "the first background")

    assert dark[1] - dark[0] > 100
    assert light[0] - light[1] > 100


@pytest.mark.parametrize(
    "state",
    ["light", *(pytest.param(one, marks=pytest.mark.exhaustive) for one in ("dark", "editor", "help"))],
)
def test_is_accessible(state: str, screen: Screen) -> None:
    """Axe finds nothing serious or critical, contrast included."""
    if not AXE.exists():
        pytest.skip("no axe-core: `make setup-dev` brings it")
    screen.stage.ask("dark", on=state == "dark")
    screen.stage.ask("preset", number=2)
    screen.until_in_force()
    screen.until(lambda: (screen.attribute("html", "data-dark") is not None) == (state == "dark"), state)
    if key := {"editor": "e", "help": "?"}.get(state):
        screen.press(key)
        screen.until(lambda: screen.text("dialog[open] h2") != "", state)

    assert [] == findings(screen)


def test_stands_still_where_motion_is_not_wanted(screen: Screen) -> None:
    """With `prefers-reduced-motion` numbers stand where dots would move."""
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    screen.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    screen.open()
    screen.stage.ask("preset", number=1)
    screen.until(lambda: any(one.isdigit() for one in screen.text("[data-lane=v1]")), "a number in the lane of v1")


def brightness(screen: Screen, what: str) -> float:
    """The mean of red, green and blue of the page."""
    script = "return getComputedStyle(document.body)[arguments[0]].match(/[\\d.]+/g).slice(0, 3).map(Number)"
    colors: list[float] = screen.browser.execute_script(script, what)
    return sum(colors) / 3
