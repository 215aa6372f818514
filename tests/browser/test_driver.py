"""What starts a browser may be killed."""

from __future__ import annotations

import signal
from pathlib import Path

from platforms.wait import wait_while
from tests.commands import Typed

SECONDS = 60


def test_no_browser_outlives_whoever_started_it(profile: Path) -> None:
    """A suite that is killed leaves none behind, to take a part of the machine from what is measured next."""
    with Typed("tests.browser.opened", str(profile)) as opened:
        opened.wait_for("a page is open", seconds=SECONDS)
        assert opened.leftovers()

        opened.send(signal.SIGKILL)

    assert [] == wait_while(opened.leftovers, SECONDS)
