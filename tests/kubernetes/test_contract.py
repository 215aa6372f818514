"""Bookinfo in a cluster keeps the contract of a platform."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from platforms.kubernetes.record import KubernetesDemo
from tests.contract.platform.contract import PlatformContract
from tests.kubernetes.deployed import OnKubernetes, Run

SIGNAL_ENVOY = "kill -{} $(grep -l '^envoy$' /proc/[0-9]*/comm | cut -d/ -f3)"


class TestKubernetes(OnKubernetes, PlatformContract):
    """Real pods behind real Envoys that a real istiod configures."""

    @pytest.fixture
    def converges_within(self) -> float:
        """A workload that was stopped has to be scheduled, started and found ready."""
        return 120.0

    @pytest.fixture
    def others_converge_within(self) -> float:
        """The control plane waits up to a second for more changes."""
        return 10.0

    @pytest.fixture
    def lagging_proxy(self, cluster: Run, demo: KubernetesDemo) -> contextlib.AbstractContextManager[str]:
        @contextlib.contextmanager
        def lagging() -> Iterator[str]:
            in_proxy = (
                "kubectl",
                "exec",
                "-n",
                demo.namespace,
                "deployment/reviews-v2",
                "-c",
                "istio-proxy",
                "--",
                "sh",
                "-c",
            )
            cluster(*in_proxy, SIGNAL_ENVOY.format("STOP"))
            try:
                yield "reviews-v2"
            finally:
                cluster(*in_proxy, SIGNAL_ENVOY.format("CONT"))

        return lagging()
