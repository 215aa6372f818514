"""A stage on the session's demo, and a browser in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from platforms.environment import ROOT
from tests.browser.stage.screen import Screen
from tests.e2e.demo import Demo, until
from tools.staged import Staged, staged

EDITOR = ROOT / "stage" / "static" / "vendor" / "codemirror.js"


@pytest.fixture(scope="module")
def stage(demo: Demo) -> Iterator[Staged]:
    """One for all tests of a module; its live traffic is slow, so that there is a processor left for the browser."""
    if not EDITOR.exists():
        pytest.skip("the editor of the stage is not built: `make setup-dev` does it")
    with staged("--platform", "local", "--rate", "10", "--lang", "en", environment=demo.environment) as running:
        yield running


@pytest.fixture
def screen(browser: Chrome, stage: Staged) -> Screen:
    """The stage at the beginning of the talk, in English and light, at 1280 by 720."""
    until(lambda: stage.picture()["traffic"]["status"] != "proof", what="the proof before is over", seconds=60)
    stage.ask("goto", episode=1, phase="say")
    stage.ask("reset")
    stage.ask("language", language="en")
    stage.ask("dark", on=False)
    stage.ask("large", who="")
    stage.ask("user", name="opennaru")
    until(lambda: stage.picture()["rule"]["status"] == "baseline", what="the baseline is in force", seconds=60)
    if stage.picture()["traffic"]["status"] == "paused":
        stage.ask("pause")
    screen = Screen(browser, stage)
    screen.open()
    return screen
