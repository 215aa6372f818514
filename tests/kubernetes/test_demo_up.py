"""`python -m platforms up` on kind: what is there stays, and nothing of anybody else is touched."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251  # for the type of a command
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from platforms.kubernetes.record import KubernetesDemo
from platforms.kubernetes.up.images import full_name
from tests import commands
from tests.kubernetes.deployed import ROOT, Bookinfo, Run

CANARY = ROOT / "istio" / "canary.yaml"
KEY = ("kubectl", "get", "secret", "productpage-session", "-n", "bookinfo", "-o", "jsonpath={.data.secret}")


def platforms(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command as typed; `folder` is a run folder that knows of no demo."""
    return commands.run(
        "platforms", *arguments, seconds=600, environment={"BOOKINFO_RUN": str(folder)} if folder else None
    )


def pods(run: Run) -> set[str]:
    return {one["metadata"]["name"] for one in json.loads(run("kubectl", "get", "pods", "-A", "-o", "json"))["items"]}


def test_twice(bookinfo: Bookinfo, demo: KubernetesDemo) -> None:
    """A second `up` finds everything there: no pod is replaced, and the key that signs sessions is the same."""
    before = pods(bookinfo.run), bookinfo.run(*KEY)
    done = platforms("up", "--platform", "kind", "--cluster", demo.cluster)

    assert 0 == done.returncode, done.stderr
    assert done.stdout.endswith(f"{demo.gateway_url}/productpage\n")
    assert before == (pods(bookinfo.run), bookinfo.run(*KEY))


def test_a_rule_stays_in_force(bookinfo: Bookinfo, demo: KubernetesDemo) -> None:
    """`up` on a demo that is up leaves the rules that somebody has put in force."""
    bookinfo.run("kubectl", "apply", "-f", CANARY)
    try:
        done = platforms("up", "--platform", "kind", "--cluster", demo.cluster)
        rule = bookinfo.run("kubectl", "get", "virtualservice", "reviews", "-n", "bookinfo", "-o", "yaml")
    finally:
        reset = platforms("reset", "--platform", "kind")

    assert (0, 0) == (done.returncode, reset.returncode), done.stderr + reset.stderr
    assert "weight: 90" in rule


@pytest.mark.usefixtures("bookinfo")
def test_a_cluster_of_another_making(demo: KubernetesDemo, tmp_path: Path) -> None:
    """Whoever did not make the cluster neither changes nor deletes it."""
    up = platforms("up", "--platform", "kind", "--cluster", demo.cluster, folder=tmp_path)
    down = platforms("down", "--platform", "kind", folder=tmp_path)

    assert (3, 0) == (up.returncode, down.returncode)
    assert "did not make, and it is left alone" in up.stderr
    assert "nothing to delete" in down.stdout


def test_a_port_that_is_taken(bookinfo: Bookinfo, demo: KubernetesDemo, tmp_path: Path) -> None:
    """A port that another program has is named before anything is made."""
    port = str(urlsplit(demo.gateway_url).port)
    done = platforms("up", "--platform", "kind", "--cluster", f"{demo.cluster}-2", "--port", port, folder=tmp_path)

    assert 3 == done.returncode
    assert f"port {port} on 127.0.0.1 is taken by another program" in done.stderr
    assert f"{demo.cluster}-2" not in bookinfo.run("kind", "get", "clusters").splitlines()


def test_every_image_is_the_engines(bookinfo: Bookinfo, demo: KubernetesDemo) -> None:
    """What runs in the cluster is what was built: the engine and the node know it by the same identity."""
    wanted = bookinfo.run(
        "kubectl",
        "get",
        "deployments",
        "-n",
        "bookinfo",
        "-o",
        'jsonpath={range .items[*]}{.spec.template.spec.containers[0].image} {.spec.template.metadata.annotations.bookinfo\\.demo/image}{"\\n"}{end}',
    )
    for line in wanted.splitlines():
        image, identity = line.split()
        inspect = ("docker", "exec", f"{demo.cluster}-control-plane", "crictl", "inspecti", full_name(image))

        assert identity in bookinfo.run(*inspect)
        assert f"{identity}\n" == bookinfo.run("docker", "image", "inspect", "--format", "{{.Id}}", image)
