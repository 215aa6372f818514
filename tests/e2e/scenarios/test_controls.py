"""Every defect is planted in a real mesh, and caught."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from tests.e2e.demo import Demo

SECONDS = 900
"""Of a machine that has other things to do; by itself it takes about three minutes."""


@pytest.mark.exhaustive
def test_every_defect_is_caught(demo: Demo) -> None:
    """By the answer and for the reason that it should be; a right mesh is accused of nothing; the baseline is back."""
    done = demo.typed("scenarios.controls", "--json", seconds=SECONDS)

    assert done.stdout, done.stderr

    controls: list[dict[str, Any]] = json.loads(done.stdout)["controls"]

    assert [] == [control for control in controls if not control["caught"]]
    assert 0 == done.returncode
    assert "the baseline" in demo.run("status").stdout


def test_controls_that_are_killed_are_healed(demo: Demo) -> None:
    """After kill -9 with a defect planted, the next command finds the entry and puts the baseline back."""
    with demo.start("scenarios.controls", "--only", "weights", "--verbose") as process:
        assert process.stdout is not None
        assert any("90,10,0 · in force" in line for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    after = demo.run("status")

    assert 0 == after.returncode
    assert "was cut off before it could restore: the baseline is back" in after.stdout + after.stderr
