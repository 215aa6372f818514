"""Several browsers, reloads, and a stage that goes and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from scenarios.events.event import Ended
from scenarios.events.reading import read
from tests.browser.stage.screen import Screen
from tests.e2e.demo import Demo, kill
from tools.browser import chromium
from tools.staged import staged

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.exhaustive
def test_two_browsers_show_the_same(screen: Screen, tmp_path: Path) -> None:
    """What one presses, the other shows; a reload in the middle changes nothing."""
    screen.press("2", Keys.ARROW_RIGHT)
    screen.until_in_force()
    with chromium(tmp_path / "other") as browser:
        other = Screen(browser, screen.stage)
        other.open()

        assert screen.step() == other.step()
        assert screen.text("#lines") == other.text("#lines")

        other.press("l", "d")
        screen.until(lambda: screen.attribute("html", "lang") == "ko", "Korean in the first browser")
        screen.until(lambda: screen.attribute("html", "data-dark") is not None, "dark in the first browser")
    screen.open()

    assert ("ko", "") == (screen.attribute("html", "lang"), screen.attribute("html", "data-dark"))


def test_names_are_text(screen: Screen) -> None:
    """A user's name that is HTML is shown as it is, wherever it stands."""
    screen.stage.ask("user", name=HOSTILE)
    screen.until(lambda: screen.text("#end_user .who") == HOSTILE, "the name")
    screen.press("u")
    screen.until(lambda: HOSTILE in screen.text("#rule-title") + screen.text("#lines"), "the name in the rule")
    scripts = "return document.querySelectorAll('img, script:not([src]):not([type=\"application/json\"])').length"

    assert 0 == screen.browser.execute_script(scripts)
    assert [] == screen.log()


@pytest.mark.exhaustive
def test_killed_and_back(screen: Screen, demo: Demo) -> None:
    """A stage that was killed is said to be away; the next one on its port is found by itself, at the baseline, and obeys every key."""
    with staged("--platform", "local", "--rate", "1", "--lang", "en", environment=demo.environment) as first:
        lonely = Screen(screen.browser, first)
        lonely.open()
        lonely.press("4")
        lonely.until_in_force()
        port = int(first.url.rstrip("/").rpartition(":")[2])
        kill(first.process.pid)
        lonely.until(lambda: lonely.attribute("body", "data-lost") is not None, "the loss is said")
    with staged("--platform", "local", "--lang", "en", port=port, environment=demo.environment) as second:
        back = Screen(screen.browser, second)
        back.until(lambda: back.attribute("body", "data-lost") is None, "a connection")
        back.until_picture(lambda one: one["rule"]["status"] == "baseline", "the baseline")
        back.press("d", "2")
        back.until_in_force(lambda one: one["rule"]["weights"] == [90, 10, 0], "90, 10, 0")
        back.until(lambda: back.attribute("html", "data-dark") is not None, "dark")


@pytest.mark.exhaustive
def test_replay(screen: Screen, demo: Demo) -> None:
    """A recorded run is played again without a demo, with its verdict, and no key changes anything there."""
    assert demo.typed("scenarios.canary", "--requests", "20", "--quiet").returncode in (0, 4)

    path = max((demo.folder / "local" / "recordings").glob("*.jsonl"))
    ended = read(path)[-1]

    assert isinstance(ended, Ended)

    with staged("--replay", str(path), "--lang", "en", environment=demo.environment) as replaying:
        played = Screen(screen.browser, replaying)
        played.open()
        played.press(">", ">", ">")
        played.until(lambda: played.attribute("#verdict", "data-verdict") == ended.verdict.name, ended.verdict.name)
        played.press("2", "r", "f")

        assert "" == played.text("#notice")
        assert "replay" == replaying.picture()["mode"]
        assert 0 == replaying.picture()["replay"]["of_s"] - replaying.picture()["replay"]["at_s"]
