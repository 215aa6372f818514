"""The services without a mesh end with whoever started them."""

from __future__ import annotations

import subprocess  # noqa: TID251  # what starts a service is killed from outside
import sys

import pytest

from platforms.environment import ROOT
from platforms.local.processes import Identity
from platforms.wait import wait_until

STARTS_ONE_AND_WAITS = """
import signal
from bench.standalone import StandaloneServices
with StandaloneServices({"ratings": "sleep 600"}) as services:
    print(services.ratings().process.pid, flush=True)
    signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a child can ask to end with its parent on Linux alone")
def test_a_killed_bench_leaves_no_service() -> None:
    """Even SIGKILL, which no block can answer, leaves nothing behind."""
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE_AND_WAITS], cwd=ROOT, stdout=subprocess.PIPE) as bench:
        assert bench.stdout is not None
        service = Identity.of(int(bench.stdout.readline()))
        assert service is not None
        bench.kill()

    assert wait_until(lambda: not service.alive, 30.0)
