"""Defects are planted in a cluster's mesh, and caught."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.commands import PYTHON
from tests.kubernetes.deployed import Bookinfo

SECONDS = 900


@pytest.mark.parametrize(
    "names",
    [
        ("weights", "overtaken"),
        pytest.param(("stale-proxy", "hidden-errors", "replaced", "restore"), marks=pytest.mark.exhaustive),
        pytest.param(("detection-missing", "back-too-soon", "bad-release"), marks=pytest.mark.exhaustive),
    ],
    ids=" ".join,
)
def test_every_defect_is_caught(names: tuple[str, ...], bookinfo: Bookinfo) -> None:
    """By the answer and for the reason that it should be: those that a cluster shows in its own way."""
    printed = bookinfo.run(
        *(*PYTHON, "scenarios.controls", "--json", "--platform", "kind"),
        *(word for name in names for word in ("--only", name)),
        seconds=SECONDS,
    )
    controls: list[dict[str, Any]] = json.loads(printed)["controls"]

    assert len(names) == len(controls)
    assert [] == [control for control in controls if not control["caught"]]
