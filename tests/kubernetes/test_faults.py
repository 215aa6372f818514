"""The quick ones of `make faults`, on the demo of these tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.record import KubernetesDemo
from tests.chaos import cluster, rules, runs
from tests.chaos.fault import Fault
from tests.chaos.running_demo import RunningDemo

QUICK = (
    *rules.FAULTS,
    *(fault for fault in runs.FAULTS if fault.name in ("killed-in-step-2", "ctrl-c-twice", "two-at-once")),
    *(fault for fault in cluster.FAULTS if fault.name == "istiod-restarted"),
)


@pytest.fixture
def running_demo(demo: KubernetesDemo) -> Iterator[RunningDemo]:
    with contextlib.closing(KubernetesPlatform(demo)) as platform:
        yield RunningDemo(platform, ("--platform", "kind"))


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
def test_a_fault_is_survived(fault: Fault, running_demo: RunningDemo) -> None:
    """Every promise about it is kept, and the baseline is in force afterwards."""
    outcome = fault.inject(running_demo)
    _, off = running_demo.left()

    assert [] == [*outcome.wrong, *off]
