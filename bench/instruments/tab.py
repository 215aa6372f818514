"""A page in Chromium, and the memory that its scripts hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.webdriver import Chrome

from tools.browser import chromium, resize


class Tab:
    """A page that is open."""

    def __init__(self, browser: Chrome) -> None:
        self._browser = browser

    def megabytes(self) -> float:
        """Return what the page's scripts hold, without what they have let go of."""
        self._browser.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return float(self._browser.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"]) / 1_000_000

    def nodes(self) -> int:
        """Return how many nodes the document has, those included that nobody sees any more."""
        return int(self._browser.execute_cdp_cmd("Memory.getDOMCounters", {})["nodes"])


@contextmanager
def opened(url: str) -> Iterator[Tab]:
    """Open a page at the size of a slide, for as long as the block."""
    with TemporaryDirectory(prefix="bookinfo-tab-") as profile, chromium(Path(profile)) as browser:
        resize(browser, 1280)
        browser.get(url)
        yield Tab(browser)
