"""Every defect is planted in a real mesh, and caught."""

from __future__ import annotations

import json
import signal
import subprocess  # noqa: TID251  # the command is run as somebody would run it
import sys
from typing import Any

from platforms.environment import ROOT
from tests.e2e.demo import Demo

CONTROLS = (sys.executable, "-m", "scenarios.controls")
SECONDS = 900
"""Of a machine that has other things to do; by itself it takes about a minute and a half."""


def test_every_defect_is_caught(demo: Demo) -> None:
    """By the answer and for the reason that it should be; a right mesh is accused of nothing; the baseline is back."""
    done = subprocess.run(
        [*CONTROLS, "--json"],
        cwd=ROOT,
        env=demo.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )

    assert done.stdout, done.stderr

    controls: list[dict[str, Any]] = json.loads(done.stdout)["controls"]

    assert [] == [control for control in controls if not control["caught"]]
    assert 0 == done.returncode
    assert "the baseline" in demo.run("status").stdout


def test_controls_that_are_killed_are_healed(demo: Demo) -> None:
    """After kill -9 with a defect planted, the next command finds the entry and puts the baseline back."""
    process = subprocess.Popen(
        [*CONTROLS, "--only", "weights", "--verbose"],
        cwd=ROOT,
        env=demo.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as lines:
        assert any("90,10,0 · in force" in line for line in lines)
        process.send_signal(signal.SIGKILL)
        process.wait()
    after = demo.run("status")

    assert 0 == after.returncode
    assert "was cut off before it could restore: the baseline is back" in after.stdout + after.stderr
