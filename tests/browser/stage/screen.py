"""The stage as an audience sees it and a presenter presses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tools.browser import resize
from tools.staged import Picture, Staged

PATIENCE = 90
"""Seconds for what somebody has asked for."""


SLIDE, LARGE = (1280, 720), (3840, 2160)

# What sticks out of the screen, what scrolls, and which cards or bars lie over each other, once all is where it belongs.
_MISPLACED = """
const done = arguments[0];
requestAnimationFrame(() => requestAnimationFrame(() => {
  const found = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} wide`);
  if (page.scrollHeight > page.clientHeight) found.push(`the page is ${page.scrollHeight} high`);
  const name = element => element.id || `${element.tagName} ${element.className}`;
  const boxes = [...document.querySelectorAll('.bar, .card')].filter(one => one.checkVisibility());
  for (const box of boxes) {
    const { left, top, right, bottom } = box.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) found.push(`${name(box)} sticks out`);
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) found.push(`${name(box)} is cut off`);
    for (const other of boxes) {
      if (box === other || box.contains(other) || other.contains(box)) continue;
      const there = other.getBoundingClientRect();
      const apart = right <= there.left + 0.5 || there.right <= left + 0.5 || bottom <= there.top + 0.5 || there.bottom <= top + 0.5;
      if (!apart) found.push(`${name(box)} lies over ${name(other)}`);
    }
  }
  for (const box of document.querySelectorAll('#line, #claims, #reasons, #status, td, th')) {
    if (!box.checkVisibility() || getComputedStyle(box).overflow === 'visible') continue;
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) found.push(`${name(box)} is cut off`);
  }
  done(found);
}));
"""


class Screen:
    """One browser in front of a stage."""

    def __init__(self, browser: Chrome, stage: Staged) -> None:
        self.browser, self.stage = browser, stage

    def open(self, width: int = 1280, height: int = 720) -> None:
        """Load the page, and wait for its first picture."""
        resize(self.browser, width, height)
        self.browser.get(self.stage.url)
        self.until(lambda: self.text("#line") != "", "a first picture")

    def press(self, *keys: str) -> None:
        """Press these keys, one after the other."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """The text of an element, seen or not; no text where there is no such element."""
        script = "return document.querySelector(arguments[0])?.textContent.replace(/\\s+/g, ' ').trim() ?? ''"
        return str(self.browser.execute_script(script, selector))

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that are selected."""
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim())"
        return list(self.browser.execute_script(script, selector))

    def attribute(self, selector: str, name: str) -> str | None:
        script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null"
        found: str | None = self.browser.execute_script(script, selector, name)
        return found

    def step(self) -> tuple[str, str]:
        """The episode and the phase that are marked as the current ones."""
        current = [
            self.attribute(f"#{steps} [aria-current]", name) or ""
            for steps, name in (("episodes", "data-episode"), ("phases", "data-phase"))
        ]
        return current[0], current[1]

    def until(self, fact: Callable[[], bool], what: str) -> None:
        """Wait for a fact; one that does not come is a failure that says which, and what the stage says itself."""
        try:
            WebDriverWait(self.browser, PATIENCE, poll_frequency=0.2).until(lambda _: fact())
        except TimeoutException:
            raise AssertionError(f"not after {PATIENCE} s: {what}; the stage says {self.text('#notice')!r}") from None

    def until_picture(self, fact: Callable[[Picture], bool], what: str) -> Picture:
        """Wait for a picture of the server; it may be on its way to the browser yet."""
        found: list[Picture] = []

        def there() -> bool:
            found.append(self.stage.picture())
            return fact(found[-1])

        self.until(there, what)
        return found[-1]

    def until_in_force(
        self, of: Callable[[Picture], bool] = lambda _: True, what: str = "the rule in force"
    ) -> Picture:
        """Wait until a rule is in force of which this is true, and the browser says so."""
        picture = self.until_picture(lambda one: one["rule"]["status"] == "in_force" and of(one), what)
        self.until(lambda: self.attribute("#status", "data-status") == "in_force", "the browser says in force")
        return picture

    def misplaced(self) -> list[str]:
        """What scrolls, sticks out, is cut off or lies over something else."""
        return list(self.browser.execute_async_script(_MISPLACED))

    def log(self) -> list[dict[str, Any]]:
        """Everything that the browser complained of since the last time."""
        return list(self.browser.get_log("browser"))

    def save(self, path: Path) -> None:
        self.browser.save_screenshot(str(path))
