"""Every workload is started with exactly what it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from platforms.local import envoy, ports, workloads
from platforms.local.processes import Launch
from platforms.translation.topology import WORKLOADS, Topology, Workload

PROGRAMS = {name: f"/bin/{name}" for name in ("python", "ruby", "java", "node", "envoy", "reviews.jar")}


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Topology:
    return ports.assign(tmp_path_factory.mktemp("run"), 9080)


def launch(topology: Topology, name: str) -> Launch:
    (workload,) = (one for one in WORKLOADS if one.name == name)
    return workloads.launch(workload, topology, PROGRAMS, session_secret="s")


@pytest.mark.parametrize("workload", WORKLOADS, ids=str)
def test_environment(topology: Topology, workload: Workload, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workload is told its port and its name as a pod, and nothing of the caller's secrets."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    environment = launch(topology, workload.name).environment

    assert str(topology.ports[workload.name].app) == environment["PORT"]
    assert ("127.0.0.1", workload.version) == (environment["BIND_HOST"], environment["SERVICE_VERSION"])
    assert re.fullmatch(rf"{workload.name}-[b-z2-9]{{5}}", environment["HOSTNAME"])
    assert "AWS_SECRET_ACCESS_KEY" not in environment


def test_temporary_files(topology: Topology) -> None:
    """What a workload leaves behind goes with the demo's private folder."""
    assert str(topology.folder) == launch(topology, "productpage-v1").environment["TMPDIR"]


def test_pod_names(topology: Topology) -> None:
    """A restarted instance is another pod."""
    names = {launch(topology, "reviews-v2").environment["HOSTNAME"] for _ in range(5)}

    assert len(names) > 1


def test_calls_through_the_sidecar(topology: Topology) -> None:
    """Whoever calls others calls them through its own proxy."""
    page, reviews = topology.ports["productpage-v1"].outbound, topology.ports["reviews-v2"].outbound

    assert f"http://127.0.0.1:{page}" == launch(topology, "productpage-v1").environment["http_proxy"]
    assert f"-Dhttp.proxyPort={reviews}" in launch(topology, "reviews-v2").command


def test_session_secret(topology: Topology) -> None:
    """Only productpage knows the secret of its sessions."""
    knowing = [one.name for one in WORKLOADS if "SESSION_SECRET" in launch(topology, one.name).environment]

    assert ["productpage-v1"] == knowing


@pytest.mark.parametrize(
    ("proxy", "identity"),
    [
        ("reviews-v2", "sidecar~127.0.0.1~reviews-v2.bookinfo~bookinfo.svc.cluster.local"),
        ("ingressgateway", "router~127.0.0.1~ingressgateway.istio-system~istio-system.svc.cluster.local"),
    ],
)
def test_bootstrap(topology: Topology, proxy: str, identity: str) -> None:
    """A proxy knows who it is, listens for questions on loopback, and watches files by absolute paths."""
    bootstrap = envoy.bootstrap(proxy, topology)
    sources = [one["path_config_source"] for one in bootstrap["dynamic_resources"].values()]

    assert identity == bootstrap["node"]["id"]
    assert {"address": "127.0.0.1", "port_value": topology.admin_port(proxy)} == (
        bootstrap["admin"]["address"]["socket_address"]
    )
    assert all(Path(source["path"]).is_absolute() for source in sources)
    assert {str(topology.proxy_folder(proxy))} == {source["watched_directory"]["path"] for source in sources}
