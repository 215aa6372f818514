"""What the unit tests read of the manifests is what kubectl makes of them."""

from __future__ import annotations

import shutil
import subprocess  # noqa: TID251  # the tools of a Kubernetes user
from typing import Any

import pytest
import yaml

from tests.kubernetes.deployed import BASE
from tests.kustomize import render


def kustomized(folder: str) -> dict[tuple[str, str], Any]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("not on PATH: kubectl")
    done = subprocess.run(
        (kubectl, "kustomize", BASE.parent / folder), check=False, capture_output=True, text=True, timeout=60
    )

    assert (0, "") == (done.returncode, done.stderr)
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout)}


def test_the_base_is_read_as_kubectl_reads_it() -> None:
    """The unit tests judge the objects that reach a cluster."""
    assert {(one["kind"], one["metadata"]["name"]): one for one in render(BASE)} == kustomized("base")


def test_without_cni() -> None:
    """Where Istio's init container needs a capability, the namespace does not forbid it, and nothing else differs."""
    base, without = kustomized("base"), kustomized("overlays/without-cni")

    assert {"istio-injection": "enabled"} == without.pop(("Namespace", "bookinfo"))["metadata"]["labels"]
    assert without == {key: one for key, one in base.items() if key[0] != "Namespace"}


def test_kind_pulls_nothing() -> None:
    """On kind every container runs the image that was loaded, and nothing else differs."""
    base, kind = kustomized("base"), kustomized("overlays/kind")
    for key, one in base.items():
        if key[0] == "Deployment":
            one["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = "Never"

    assert base == kind
