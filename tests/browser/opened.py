"""A program with a browser, `python -m tests.browser.opened FOLDER`: it says so, and keeps it open."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tools.browser import chromium

if __name__ == "__main__":
    with chromium(Path(sys.argv[1])) as browser:
        browser.get("about:blank")
        print("a page is open", flush=True)  # noqa: T201  # it is a command
        signal.pause()
