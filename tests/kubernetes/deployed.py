"""Bookinfo in a Kubernetes cluster: a command against it, and its page."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from platforms.bookinfo import BOOKINFO
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.record import KubernetesDemo
from scenarios.evidence.observation import marks
from tests.contract.platform.contract import BASELINE

Run = Callable[..., str]

ROOT = Path(__file__).resolve().parents[2]
KIND = ROOT / "manifests" / "overlays" / "kind"
BASE = ROOT / "manifests" / "base"

DEADLINE = 120


@dataclass(frozen=True, slots=True)
class Bookinfo:
    """The application in the cluster: a command against it, and its page."""

    run: Run
    url: str

    def page(self) -> dict[str, str]:
        """The marks of the page as the gateway serves it now; empty if it does not."""
        try:
            answer = requests.get(f"{self.url}/productpage", timeout=10)
        except requests.RequestException:
            return {}
        return marks(answer.text) if answer.ok else {}


class OnKubernetes:
    """A contract's platform: the demo in the cluster, at its baseline again afterwards."""

    @pytest.fixture
    def platform(self, demo: KubernetesDemo, converges_within: float) -> Iterator[KubernetesPlatform]:
        with contextlib.closing(KubernetesPlatform(demo)) as platform:
            yield platform
            platform.apply(BASELINE)
            platform.wait_until_converged(BASELINE, timeout=converges_within)


def rolled_out(run: Run) -> None:
    """Every workload serves what was applied last."""
    for workload in BOOKINFO.workloads:
        run("kubectl", "rollout", "status", "-n", "bookinfo", f"deployment/{workload.name}", f"--timeout={DEADLINE}s")
