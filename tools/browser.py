"""Chromium for pictures and browser tests: the one that is there; nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from platforms.errors import NotReachable
from platforms.local.processes import dies_with

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """A browser with a profile of its own, which keeps what pages say in their consoles; raises NotReachable without one."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        raise NotReachable("no chromium or no chromedriver: `make setup-dev` brings them")
    options = ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # A driver that is killed closes the pipe, which ends its browser.
    service = ChromeService(driver, popen_kw={"preexec_fn": dies_with(os.getpid(), signal.SIGKILL)})
    browser = Chrome(options, service)
    try:
        yield browser
    finally:
        browser.quit()


def resize(browser: Chrome, width: int, height: int = 720) -> None:
    """Make the page, not the window around it, so large."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
