"""The demo on kind, brought up as a user does it: the one that is up, or one of this run's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from platforms.kubernetes import connection, record
from platforms.kubernetes.record import KubernetesDemo
from platforms.loopback import free_port
from tests.commands import output, run
from tests.kubernetes.deployed import Bookinfo, Run

UP_SECONDS = 1800
"""With nothing cached, four builds fetch their bases and packages."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubernetesDemo]:
    """The demo that is up, which stays up, or else one that comes up by `python -m platforms up` and goes afterwards."""
    missing = [tool for tool in ("docker", "kind", "kubectl", "istioctl") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not on PATH: {', '.join(missing)}")
    kubeconfig = tmp_path_factory.mktemp("kind") / "kubeconfig"
    with pytest.MonkeyPatch.context() as environment:
        found = record.read(record.folder()) if connection.answers() else None
        environment.setenv("KUBECONFIG", str(kubeconfig))
        if found:
            output("kind", "export", "kubeconfig", "--name", found.cluster)
            yield found
            return
        environment.setenv("BOOKINFO_RUN", str(tmp_path_factory.mktemp("run")))
        try:
            name = f"bookinfo-test-{os.getpid()}"
            _platforms("up", "--platform", "kind", "--cluster", name, "--port", str(free_port()))
            made = record.read(record.folder())

            assert made is not None

            yield made
        finally:
            _platforms("down", "--platform", "kind")


@pytest.fixture(scope="session")
def cluster(demo: KubernetesDemo) -> Run:
    """Runs a command against the cluster, and says what it printed when it fails."""
    os.environ["KIND_CLUSTER_NAME"] = demo.cluster
    return output


@pytest.fixture(scope="session")
def bookinfo(cluster: Run, demo: KubernetesDemo) -> Bookinfo:
    return Bookinfo(cluster, demo.gateway_url)


def _platforms(*arguments: str) -> None:
    done = run("platforms", *arguments, seconds=UP_SECONDS)

    assert 0 == done.returncode, done.stderr
