"""The quick ones of `make faults`, on the demo of these tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.record import KubernetesDemo
from tests.chaos import cluster, rules, runs
from tests.chaos.running_demo import RunningDemo

QUICK = ("killed-in-step-2", "by-hand", "rival-rule", "rival-service")
OTHERS = ("by-hand-meanwhile", "rival-elsewhere", "ctrl-c-twice", "two-at-once", "istiod-restarted")
FAULTS = {fault.name: fault for fault in (*rules.FAULTS, *runs.FAULTS, *cluster.FAULTS)}


@pytest.fixture
def running_demo(demo: KubernetesDemo) -> Iterator[RunningDemo]:
    with contextlib.closing(KubernetesPlatform(demo)) as platform:
        yield RunningDemo(platform, ("--platform", "kind"))


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.exhaustive) for name in OTHERS)])
def test_a_fault_is_survived(name: str, running_demo: RunningDemo) -> None:
    """Every promise about it is kept, and the baseline is in force afterwards."""
    outcome = FAULTS[name].inject(running_demo)
    _, off = running_demo.left()

    assert [] == [*outcome.wrong, *off]
