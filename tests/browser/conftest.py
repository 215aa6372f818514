"""The browser of a module's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tools.browser import chromium


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a browser, where there is one to be started."""
    if not all(map(shutil.which, ("chromium", "chromedriver"))):
        pytest.skip("no chromium or no chromedriver: `make setup-dev` brings them")
    return tmp_path_factory.mktemp("chrome")


@pytest.fixture(scope="module")
def chrome(profile: Path) -> Iterator[Chrome]:
    """One for all tests of a module."""
    with chromium(profile) as browser:
        yield browser


@pytest.fixture
def browser(chrome: Chrome) -> Chrome:
    """The same without cookies, as large as its window, and with nothing in its log."""
    chrome.delete_all_cookies()
    chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    chrome.get_log("browser")
    return chrome
