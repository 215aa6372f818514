"""A kind cluster with Istio of this run's own, deleted afterwards; Bookinfo in it, for the tests that ask for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess  # noqa: TID251  # the tools of a Kubernetes user
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kubernetes.deployed import BASE, DEADLINE, KIND, ROOT, Bookinfo, Run, rolled_out

BUILD_SECONDS = 1200
"""A build with nothing cached fetches its base and its packages."""


@pytest.fixture(scope="session")
def gateway_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, gateway_port: int) -> Iterator[Run]:
    """Runs a command against the cluster, and says what it printed when it fails."""
    missing = [tool for tool in ("docker", "kind", "kubectl", "istioctl") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not on PATH: {', '.join(missing)}")
    name = f"bookinfo-test-{os.getpid()}"
    kubeconfig = tmp_path_factory.mktemp("kind") / "kubeconfig"
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "KIND_CLUSTER_NAME": name}

    def run(*command: str | Path, stdin: str | None = None, timeout: float = 300) -> str:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, input=stdin, env=environment, timeout=timeout
        )
        assert 0 == done.returncode, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"

        return done.stdout

    try:
        run(
            "kind",
            "create",
            "cluster",
            "--config",
            "-",
            "--wait",
            f"{DEADLINE}s",
            stdin=_kind_config(name, gateway_port),
        )
        run("istioctl", "install", "-y", "-f", KIND / "istio.yaml")
        run("kubectl", "apply", "-f", BASE / "namespace.yaml")
        yield run
    finally:
        run("kind", "delete", "cluster", "--name", name)


def _kind_config(name: str, gateway_port: int) -> str:
    """The repository's, under this run's own name and on a port that is free."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "kind-config.yaml").read_text())
    config["name"] = name
    config["nodes"][0]["extraPortMappings"][0]["hostPort"] = gateway_port
    return yaml.safe_dump(config)


@pytest.fixture(scope="session")
def bookinfo(cluster: Run, gateway_port: int) -> Bookinfo:
    """Bookinfo as a user of kind brings it up, when every workload is ready and the gateway serves the whole page."""
    images = [
        f"{one['name']}:{one['newTag']}" for one in yaml.safe_load((BASE / "kustomization.yaml").read_text())["images"]
    ]
    for image in images:
        service = image.removeprefix("bookinfo/").partition(":")[0]
        cluster("docker", "build", "-q", "-t", image, ROOT / "services" / service, timeout=BUILD_SECONDS)
    cluster("kind", "load", "docker-image", *images)
    cluster("kubectl", "apply", "--warnings-as-errors", "-k", KIND)
    cluster("kubectl", "apply", "--warnings-as-errors", "-f", ROOT / "istio" / "baseline")
    rolled_out(cluster)
    found = Bookinfo(cluster, f"http://127.0.0.1:{gateway_port}")
    deadline = time.monotonic() + DEADLINE
    while not {"details": "shown", "reviews": "shown"}.items() <= found.page().items():
        assert time.monotonic() < deadline, f"{found.url}/productpage shows {found.page() or 'nothing'}"
        time.sleep(0.05)
    return found
