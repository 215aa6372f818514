"""The whole talk, rehearsed: no demo, and every step as the audience will see it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from tests.browser.stage.readable import AXE, findings, too_small
from tests.browser.stage.screen import LARGE, SLIDE, Screen
from tools.browser import resize
from tools.rehearsal import CONTRARY, RECORDED
from tools.staged import staged

PHASES = ("say", "do", "show", "prove")
FURTHER = RECORDED[3:]


@pytest.mark.exhaustive
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("given", [RECORDED[:3], FURTHER], ids=["deck", "further"])
def test_every_step(
    given: Sequence[str], language: str, browser: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fits both sizes with the proofs and their reasons, says something of its own, and needs no demo."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))
    (file := tmp_path / "talk.txt").write_text("\n".join(given), encoding="utf-8")
    steps = [(str(number), phase) for number, _ in enumerate(given, start=1) for phase in PHASES]
    with staged("--rehearse", "--talk", str(file), "--lang", language) as stage:
        screen = Screen(browser, stage)
        screen.open()
        screen.log()  # forgets what the page of an earlier stage said of its end
        sentences = set()
        for episode, phase in steps:
            if (episode, phase) != steps[0]:
                screen.press(Keys.ARROW_RIGHT)
            screen.until(lambda step=(episode, phase): screen.step() == step, f"step {episode} {phase}")
            if phase == "prove":
                verdict = "FAILS" if given[int(episode) - 1] in CONTRARY else "HOLDS"
                screen.until(lambda said=verdict: screen.attribute("#verdict", "data-verdict") == said, verdict)
            sentences.add(screen.text("#line"))
            for size in (LARGE, SLIDE):
                resize(browser, *size)

                assert [] == screen.misplaced(), f"step {episode} {phase} at {size}"

            assert [] == too_small(screen)

        assert [] == screen.log()

    assert len(steps) == len(sentences)


@pytest.mark.exhaustive
def test_an_episode_more(browser: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the fourth of the talk; one key leads to its verdict, which is drawn and can be read by everybody."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))
    with staged("--rehearse", "--with", "zero_trust --open", "--lang", "en") as stage:
        stage.ask("dark", on=True)
        screen = Screen(browser, stage)
        screen.open()
        screen.find("#episodes [data-episode='4']").click()
        for phase in PHASES:
            screen.until(lambda step=("4", phase): screen.step() == step, phase)
            if phase != "prove":
                screen.press(Keys.ARROW_RIGHT)
        screen.until(lambda: screen.attribute("#verdict", "data-verdict") == "FAILS", "a verdict")

        assert ["1", "2", "3", "4 No policies"] == screen.texts("#episodes button")
        assert 15 == len(screen.texts(".tried[data-state=opened]"))
        assert [] == screen.misplaced()
        assert [] == too_small(screen)
        if AXE.exists():
            assert [] == findings(screen)
