"""Every workload is started with exactly what it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.environment import ROOT
from platforms.envoy.topology import Topology
from platforms.istio.registry import Workload
from platforms.local import ports
from platforms.local.deployments.deployment import CONFIGURATION, DEPLOYMENTS
from platforms.local.processes import Launch
from platforms.local.programs import envoy, workloads

PROGRAMS = {name: f"/bin/{name}" for name in ("python", "ruby", "java", "node", "envoy", "reviews.jar")}


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Topology:
    return ports.assign(tmp_path_factory.mktemp("run"), DEPLOYMENTS, 9080)


def launch(topology: Topology, name: str) -> Launch:
    (deployment,) = (one for one in DEPLOYMENTS if one.workload.name == name)
    return workloads.launch(name, deployment, topology, PROGRAMS, session_secret="s")


@pytest.mark.parametrize("workload", BOOKINFO.workloads, ids=str)
def test_environment(topology: Topology, workload: Workload, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workload is told its port and its name as a pod, and nothing of the caller's secrets."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    environment = launch(topology, workload.name).environment

    assert str(topology.ports[workload.name].app) == environment["PORT"]
    assert ("127.0.0.1", workload.version) == (environment["BIND_HOST"], environment["SERVICE_VERSION"])
    assert re.fullmatch(rf"{workload.name}-[b-z2-9]{{5}}", environment["HOSTNAME"])
    assert "AWS_SECRET_ACCESS_KEY" not in environment


def test_temporary_files(topology: Topology) -> None:
    """Files that a workload leaves behind go with the demo's private folder."""
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
    knowing = [one.name for one in BOOKINFO.workloads if "SESSION_SECRET" in launch(topology, one.name).environment]

    assert ["productpage-v1"] == knowing


@pytest.mark.parametrize(
    ("proxy", "identity"),
    [
        ("reviews-v2", "sidecar~127.0.0.1~reviews-v2.bookinfo~bookinfo.svc.cluster.local"),
        ("ingressgateway", "router~127.0.0.1~ingressgateway.istio-system~istio-system.svc.cluster.local"),
    ],
)
def test_bootstrap(topology: Topology, proxy: str, identity: str) -> None:
    """A proxy knows who it is, answers questions of its owner only, and watches files by absolute paths."""
    bootstrap = envoy.bootstrap(proxy, BOOKINFO.proxy(proxy), topology)
    sources = [one["path_config_source"] for one in bootstrap["dynamic_resources"].values()]

    assert identity == bootstrap["node"]["id"]
    assert {"path": str(topology.admin_socket(proxy)), "mode": 0o600} == bootstrap["admin"]["address"]["pipe"]
    assert all(Path(source["path"]).is_absolute() for source in sources)
    assert {str(topology.proxy_folder(proxy))} == {source["watched_directory"]["path"] for source in sources}


SET_BY_THE_PLATFORM = {"PORT", "BIND_HOST", "HOSTNAME", "SERVICE_VERSION", "ENABLE_RATINGS", "STAR_COLOR", "http_proxy"}
NOT_FOR_A_DEMO = {
    *("SESSION_SECRET", "SESSION_SECRET_FILE"),  # may be another program's
    *("no_proxy", "https_proxy"),  # would lead calls past the mesh
    *("ENABLE_EXTERNAL_BOOK_SERVICE", "DO_NOT_ENCRYPT"),  # there is no way out of the mesh
    "MALLOC_ARENA_MAX",  # the C library's
}


def documented() -> dict[str, set[str]]:
    """The variables of every app, as the tables of the services' READMEs name them."""
    page = (ROOT / "services" / "README.md").read_text(encoding="utf-8")
    table = page.partition("## Environment")[2].partition("\n## ")[0]
    rows = [row.split("|")[1:3] for row in table.splitlines() if row.startswith("| ") and "`" in row.split("|")[2]]
    found: dict[str, set[str]] = {}
    for app in CONFIGURATION:
        named = [cell for apps, cell in rows if app in apps or "all" in apps.split()]
        own = (ROOT / "services" / app / "README.md").read_text(encoding="utf-8")
        named += [row.split("|")[1] for row in own.splitlines() if re.match(r"\| `[A-Za-z_]+`", row)]
        found[app] = {name for cell in named for name in re.findall(r"`([A-Za-z_]+)`", cell)}
    return found


def documented_versions() -> dict[str, set[str]]:
    """What each app can be told to be by SERVICE_VERSION, as the services' README names it."""
    page = (ROOT / "services" / "README.md").read_text(encoding="utf-8")
    (row,) = (row for row in page.splitlines() if row.startswith("| all but productpage | `SERVICE_VERSION`"))
    named = row.split("|")[4].split(";")
    return {one.split()[0]: set(re.findall(r"`([a-z0-9-]+)`", one)) for one in named}


@pytest.mark.parametrize("app", CONFIGURATION)
def test_documented_variables(app: str) -> None:
    """Each one is passed on, or there is a reason why not; and none is passed on that is not documented."""
    passed = set(CONFIGURATION[app])

    assert passed == documented()[app] - SET_BY_THE_PLATFORM - NOT_FOR_A_DEMO


def test_what_a_user_configures(topology: Topology, monkeypatch: pytest.MonkeyPatch) -> None:
    """A documented variable reaches the services that know it, an empty one and the platform's own do not."""
    for name, value in {"FORWARD_COOKIE": "true", "SEED": "7", "FLOOD_FACTOR": "", "STAR_COLOR": "blue"}.items():
        monkeypatch.setenv(name, value)
    page, reviews, ratings = (
        launch(topology, name).environment for name in ("productpage-v1", "reviews-v3", "ratings-v1")
    )

    assert "true" == page["FORWARD_COOKIE"] == reviews["FORWARD_COOKIE"]
    assert ("7", "red") == (ratings["SEED"], reviews["STAR_COLOR"])
    assert not {"FLOOD_FACTOR", "SEED"} & page.keys()
    assert "FORWARD_COOKIE" not in ratings
