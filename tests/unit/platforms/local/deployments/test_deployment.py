"""The workloads of a demo, as they are run."""

from __future__ import annotations

from platforms.bookinfo import BOOKINFO
from platforms.local.deployments.deployment import DEPLOYMENTS, registry


def test_bookinfo() -> None:
    """Where nobody asks for more, Bookinfo is what it is for the other platform too."""
    assert BOOKINFO == registry(DEPLOYMENTS)


def test_versions() -> None:
    """No two versions of an app are run alike."""
    alike = [(one.workload.app, tuple(one.environment.items())) for one in DEPLOYMENTS]

    assert len(set(alike)) == len(alike)
