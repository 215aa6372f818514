"""The services without a mesh end with whoever started them."""

from __future__ import annotations

import subprocess  # noqa: TID251  # what starts a service is killed from outside
import sys

import pytest

from bench.standalone import ServiceNotReady, StandaloneServices
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


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/ --port {port}", "productpage-v1: /: Permission denied"),
        ("no-such-program", "productpage-v1: no-such-program: No such file or directory"),
        ("'", "productpage: ': No closing quotation"),
        ("", "productpage: no command is given"),
    ],
)
def test_a_command_that_starts_nothing(command: str, said: str) -> None:
    with StandaloneServices({"productpage": command}) as services, pytest.raises(ServiceNotReady) as refusal:
        services.productpage(details="http://127.0.0.1:1", reviews="http://127.0.0.1:1", ratings="http://127.0.0.1:1")

    assert said == str(refusal.value)
