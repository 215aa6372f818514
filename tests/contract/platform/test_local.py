"""The embedded mesh keeps the contract."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest

from platforms.local.platform import LocalPlatform
from tests.contract.platform.contract import BASELINE, PlatformContract
from tests.e2e.demo import WORKLOADS, Demo, demo_of


class TestLocal(PlatformContract):
    """Real processes behind real Envoys."""

    @pytest.fixture
    def platform(self, demo: Demo, converges_within: float) -> Iterator[LocalPlatform]:
        platform = LocalPlatform(demo.record())
        yield platform
        platform.apply(BASELINE)
        platform.wait_until_converged(BASELINE, timeout=converges_within)
        platform.close()

    @pytest.fixture
    def lagging_proxy(self, demo: Demo) -> contextlib.AbstractContextManager[str]:
        @contextlib.contextmanager
        def lagging() -> Iterator[str]:
            pid = demo.status()["proxies"]["reviews-v2"]["pid"]
            os.kill(pid, signal.SIGSTOP)
            try:
                yield "reviews-v2"
            finally:
                os.kill(pid, signal.SIGCONT)

        return lagging()


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with three instances of everything."""
    with demo_of(tmp_path_factory.mktemp("three"), replicas=[f"{name}=3" for name in WORKLOADS]) as demo:
        yield demo


@pytest.mark.exhaustive
class TestSeveralInstances(TestLocal):
    """The same where every workload has several: promises are about workloads."""

    @pytest.fixture
    def demo(self, three: Demo) -> Demo:
        return three
