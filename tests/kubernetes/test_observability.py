"""The observability overlay with a real Prometheus: it draws the graph, nobody else reaches it, and it goes without a trace.

No registry is asked: Prometheus is Debian's, in an image that is built here. Kiali is left out, for Debian has none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.commands import PYTHON
from tests.kubernetes.deployed import DEADLINE, Bookinfo
from tools.observability import NAMESPACE, OVERLAY

pytestmark = pytest.mark.exhaustive

IMAGE = "bookinfo-test/prometheus:debian"
DOCKERFILE = """
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends prometheus && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["prometheus"]
"""
BUILD_SECONDS = 600

ARROWS = {
    ("istio-ingressgateway", "productpage-v1"),
    ("productpage-v1", "details-v1"),
    ("productpage-v1", "reviews-v1"),
    ("productpage-v1", "reviews-v2"),
    ("productpage-v1", "reviews-v3"),
    ("reviews-v2", "ratings-v1"),
    ("reviews-v3", "ratings-v1"),
}
"""What the slide draws, by workload."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Bookinfo, and what stands beside it."""

    bookinfo: Bookinfo
    overlay: Path

    def make(self, command: str) -> str:
        """What `make observability` and `make observability-down` do, with the images of this test."""
        context = self.bookinfo.run("kubectl", "config", "current-context").strip()
        module = (*PYTHON, "tools.observability", command)
        return self.bookinfo.run(*module, "--context", context, "--overlay", self.overlay)


@pytest.fixture(scope="module")
def observed(bookinfo: Bookinfo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """The overlay as it is, but for where an image comes from."""
    bookinfo.run("docker", "build", "-q", "-t", IMAGE, "-", stdin=DOCKERFILE, seconds=BUILD_SECONDS)
    bookinfo.run("kind", "load", "docker-image", IMAGE)
    folder = tmp_path_factory.mktemp("overlay")
    name, _, tag = IMAGE.partition(":")
    kiali = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "kiali", "namespace": NAMESPACE}}
    (folder / "kustomization.yaml").write_text(
        yaml.safe_dump(
            {
                "resources": [os.path.relpath(OVERLAY, folder.resolve())],
                "images": [{"name": "quay.io/prometheus/prometheus", "newName": name, "newTag": tag}],
                "patches": [{"patch": yaml.safe_dump({**kiali, "$patch": "delete"})}],
            }
        )
    )
    found = Observed(bookinfo, folder)
    try:
        found.make("up")
        yield found
    finally:
        found.make("down")


def test_the_graph_of_the_slide(observed: Observed) -> None:
    """When the page was loaded, `make observability` prints who called whom, and says that every answer was good."""
    deadline = time.monotonic() + DEADLINE
    seen: dict[tuple[str, str], str] = {}
    while not seen.keys() >= ARROWS:
        assert time.monotonic() < deadline, f"only these are drawn: {seen}"
        for _ in range(20):
            observed.bookinfo.page()
        lines = [line.split() for line in observed.make("up").splitlines() if "→" in line]
        seen = {(line[0], line[2]): line[5] for line in lines}

    assert dict.fromkeys(ARROWS, "100.0") == {arrow: seen[arrow] for arrow in ARROWS}


def test_the_api_server_agrees(observed: Observed) -> None:
    """The API server accepts the overlay as it is, Kiali too, without a warning."""
    observed.bookinfo.run("kubectl", "apply", "--dry-run=server", "--warnings-as-errors", "-k", OVERLAY)


def test_prometheus_reaches_all_it_finds(observed: Observed) -> None:
    """No target is out of reach: every policy on the way lets Prometheus ask, and nothing asks for mutual TLS there."""
    ask = (
        "promtool",
        "query",
        "instant",
        "http://127.0.0.1:9090",
        "sum by (namespace) (up) / count by (namespace) (up)",
    )
    printed = observed.bookinfo.run("kubectl", "exec", "-n", NAMESPACE, "deployment/prometheus", "--", *ask)

    assert {'{namespace="bookinfo"} => 1', '{namespace="istio-system"} => 1'} == {
        line.partition(" @")[0] for line in printed.splitlines()
    }


def test_nobody_else_reaches_prometheus(observed: Observed) -> None:
    """Its counts are for Kiali, and for who may forward a port to it; a pod elsewhere gets no connection."""
    ask = f"curl -s -o /dev/null --connect-timeout 2 http://prometheus.{NAMESPACE}:9090/-/ready; echo $?"
    gateway = ("-n", "istio-system", "deployment/istio-ingressgateway", "-c", "istio-proxy")

    assert observed.bookinfo.run("kubectl", "exec", *gateway, "--", "sh", "-c", ask).strip() in {"7", "28"}


def test_down_leaves_nothing(observed: Observed) -> None:
    """After `make observability-down` nothing of it is in the cluster, and a second time says so too."""
    observed.make("down")

    assert "Prometheus and Kiali are gone\n" == observed.make("down")
    kinds = "namespaces,clusterroles,rolebindings"
    left = observed.bookinfo.run("kubectl", "get", kinds, "-A", "-o", "name")
    assert [] == [line for line in left.splitlines() if "prometheus" in line or "kiali" in line or NAMESPACE in line]
