"""A kind cluster with Istio of this run's own, deleted afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251  # the tools of a Kubernetes user
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., str]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a command against the cluster, and says what it printed when it fails."""
    missing = [tool for tool in ("docker", "kind", "kubectl", "istioctl") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not on PATH: {', '.join(missing)}")
    name = f"bookinfo-test-{os.getpid()}"
    kubeconfig = tmp_path_factory.mktemp("kind") / "kubeconfig"
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}

    def run(*command: str | Path, stdin: str | None = None) -> str:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, input=stdin, env=environment, timeout=300
        )
        assert 0 == done.returncode, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"

        return done.stdout

    try:
        run("kind", "create", "cluster", "--name", name, "--wait", "120s")
        run("istioctl", "install", "-y", "--set", "profile=minimal")
        run("kubectl", "create", "namespace", "bookinfo")
        yield run
    finally:
        run("kind", "delete", "cluster", "--name", name)
