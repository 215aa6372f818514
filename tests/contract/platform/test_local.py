"""The embedded mesh keeps the contract."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest

from platforms.local.platform import LocalPlatform
from tests.contract.platform.contract import BASELINE, PlatformContract
from tests.e2e.demo import Demo, demo_up


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
    names = ("details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3")
    options = [word for name in names for word in ("--replicas", f"{name}=3")]
    with demo_up(tmp_path_factory.mktemp("three"), *options) as demo:
        yield demo


@pytest.mark.exhaustive
class TestSeveralInstances(TestLocal):
    """The same where every workload has several: promises are about workloads."""

    @pytest.fixture
    def demo(self, three: Demo) -> Demo:
        return three
