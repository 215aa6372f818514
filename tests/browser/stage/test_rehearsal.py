"""The whole talk, rehearsed: no demo, and every step as the audience will see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from tests.browser.stage.screen import LARGE, SLIDE, Screen
from tools.browser import resize
from tools.staged import staged

STEPS = [(episode, phase) for episode in "123" for phase in ("say", "do", "show", "prove")]


@pytest.mark.exhaustive
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_step(language: str, browser: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fits both sizes with the proofs and their reasons, says something of its own, and needs no demo."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))
    with staged("--rehearse", "--lang", language) as stage:
        screen = Screen(browser, stage)
        screen.open()
        screen.log()  # forgets what the page of an earlier stage said of its end
        sentences = set()
        for episode, phase in STEPS:
            if (episode, phase) != STEPS[0]:
                screen.press(Keys.ARROW_RIGHT)
            screen.until(lambda step=(episode, phase): screen.step() == step, f"step {episode} {phase}")
            if phase == "prove":
                screen.until(lambda: screen.attribute("#verdict", "data-verdict") == "HOLDS", "a verdict")
            sentences.add(screen.text("#line"))
            for size in (LARGE, SLIDE):
                resize(browser, *size)

                assert [] == screen.misplaced(), f"step {episode} {phase} at {size}"

        assert [] == screen.log()

    assert len(STEPS) == len(sentences)
