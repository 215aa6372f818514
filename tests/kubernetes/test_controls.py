"""Every defect is planted in a cluster's mesh, and caught."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.kubernetes.deployed import Bookinfo

SECONDS = 1800


def test_every_defect_is_caught(bookinfo: Bookinfo) -> None:
    """The same table as on local: by the answer and for the reason that it should be, right meshes accused of nothing."""
    context = bookinfo.run("kubectl", "config", "current-context").strip()
    printed = bookinfo.run(
        *(sys.executable, "-m", "scenarios.controls", "--json"),
        *("--context", context, "--gateway-url", bookinfo.url, "--yes"),
        timeout=SECONDS,
    )
    controls: list[dict[str, Any]] = json.loads(printed)["controls"]

    assert [] == [control for control in controls if not control["caught"]]
