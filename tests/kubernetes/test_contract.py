"""Bookinfo in a cluster keeps the contract of a platform."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import State
from platforms.istio.resources import Resource, ResourceSet
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

    @pytest.mark.exhaustive
    def test_another_address_of_a_host_is_awaited(self, put: Any, cluster: Run, demo: KubernetesDemo) -> None:
        """In force is a ServiceEntry once every sidecar sends to its addresses of now; istiod gives it no new cluster for them."""
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
            put(State(baseline().overlaid(ResourceSet((_away(address),)))))
            for workload in BOOKINFO.workloads:
                in_proxy = ("-n", demo.namespace, f"deployment/{workload.name}", "-c", "istio-proxy", "--")
                told = cluster("kubectl", "exec", *in_proxy, "pilot-agent", "request", "GET", "clusters")
                found = {
                    one.split("::")[1] for one in told.splitlines() if one.startswith("outbound|80||away.example::1")
                }

                assert {f"{address}:80"} == found


def _away(address: str) -> Resource:
    """A host that nobody calls."""
    ports = [{"number": 80, "name": "http", "protocol": "HTTP"}]
    spec = {"hosts": ["away.example"], "ports": ports, "resolution": "STATIC", "endpoints": [{"address": address}]}
    return Resource("networking.istio.io/v1", "ServiceEntry", "away", spec, "bookinfo")
