"""Defects are planted in a cluster's mesh, and caught."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.kubernetes.deployed import Bookinfo

SECONDS = 900
OF_THE_PLATFORM = ("weights", "stale-proxy", "hidden-errors", "overtaken", "replaced", "restore")
"""Those that a cluster shows in its own way; the others are the same rules and the same counts as on local."""


def test_every_defect_is_caught(bookinfo: Bookinfo) -> None:
    """By the answer and for the reason that it should be."""
    printed = bookinfo.run(
        *(sys.executable, "-m", "scenarios.controls", "--json", "--platform", "kind"),
        *(word for name in OF_THE_PLATFORM for word in ("--only", name)),
        timeout=SECONDS,
    )
    controls: list[dict[str, Any]] = json.loads(printed)["controls"]

    assert len(OF_THE_PLATFORM) == len(controls)
    assert [] == [control for control in controls if not control["caught"]]
