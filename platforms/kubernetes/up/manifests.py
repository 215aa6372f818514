"""Bookinfo's own objects in the cluster: namespace, session key, manifests; and when they are ready."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from platforms import bookinfo
from platforms.bookinfo import BOOKINFO
from platforms.environment import DATA
from platforms.errors import NotApplied, NotReachable
from platforms.kubernetes.client.cluster import FIELD_MANAGER, Cluster
from platforms.kubernetes.record import KubernetesDemo
from platforms.kubernetes.up.images import Image
from platforms.kubernetes.up.subprocesses import Commands, Say
from platforms.wait import wait_until, wait_while

READY_SECONDS = 180.0
SESSION_SECRET = "productpage-session"  # noqa: S105  # its name

_APPLY_SECONDS = 60.0
_POLL_SECONDS = 0.2
_NAMESPACE = DATA / "manifests" / "base" / "namespace.yaml"
_OVERLAY = DATA / "manifests" / "overlays" / "kind"


def wait_for_api(cluster: Cluster, say: Say) -> None:
    """Return when the API server answers; one that was started again takes its time."""
    if cluster.answers():
        return
    say("waiting for the API server")
    if not wait_until(cluster.answers, READY_SECONDS):
        raise NotReachable(f"the API server at {cluster.server} does not answer after {READY_SECONDS:g} s")


def deploy(commands: Commands, cluster: Cluster, demo: KubernetesDemo, images: Mapping[str, Image], mesh: str) -> None:
    """Have the manifests in the cluster as they are in the repository; with another image or mesh, pods are replaced."""
    _apply(commands, cluster, "-f", _NAMESPACE)
    _have_session_key(cluster, demo.namespace)
    overlay = commands.folder / "overlay"
    shutil.rmtree(overlay, ignore_errors=True)
    overlay.mkdir(parents=True)
    text = yaml.safe_dump(_overlay(overlay, images, mesh), sort_keys=False)
    (overlay / "kustomization.yaml").write_text(text, encoding="utf-8")
    _apply(commands, cluster, "-k", overlay)


def unready(cluster: Cluster, namespace: str) -> list[str]:
    """The workloads that do not run as they were applied last, each with what is missing."""
    found = {one["metadata"]["name"]: one for one in cluster.objects("apps/v1", "Deployment", namespace)}
    told = {workload.name: _missing(found.get(workload.name)) for workload in BOOKINFO.workloads}
    return [f"{name}: {missing}" for name, missing in told.items() if missing]


def wait_until_ready(cluster: Cluster, namespace: str, say: Say) -> None:
    """Return when every workload runs as it was applied last; raises NotApplied, saying what is missing."""

    def look() -> list[str]:
        late = unready(cluster, namespace)
        if late:
            say(f"{len(BOOKINFO.workloads) - len(late)} of {len(BOOKINFO.workloads)} workloads ready")
        return late

    if late := wait_while(look, READY_SECONDS, every=_POLL_SECONDS):
        raise NotApplied(
            f"not ready after {READY_SECONDS:g} s: {'; '.join(late)}; "
            f"`kubectl --context {cluster.context} describe pods -n {namespace}` says more"
        )
    say("every workload is ready")


def wait_until_whole(gateway_url: str, say: Say) -> None:
    """Return when the page comes through the gateway with everything on it; raises NotApplied otherwise."""
    if not wait_until(lambda: bookinfo.is_whole(gateway_url), READY_SECONDS, every=_POLL_SECONDS):
        raise NotApplied(f"every workload is ready, but {gateway_url}{bookinfo.PATH} is not whole")
    say("the page is whole")


def _missing(deployment: dict[str, Any] | None) -> str:
    if deployment is None:
        return "not there"
    wanted, status = deployment["spec"].get("replicas", 1), deployment.get("status", {})
    if status.get("observedGeneration", 0) < deployment["metadata"]["generation"]:
        return "not seen by Kubernetes yet"
    if status.get("updatedReplicas", 0) < wanted or status.get("replicas", 0) > wanted:
        return "being replaced"
    return "" if status.get("availableReplicas", 0) >= wanted else "not ready"


def _apply(commands: Commands, cluster: Cluster, how: str, what: Path) -> None:
    commands.run(
        *("kubectl", "apply", "--context", cluster.context, "--server-side", "--field-manager", FIELD_MANAGER),
        # What somebody tried by hand gives way: `up` makes the demo what the repository says.
        *("--force-conflicts", how, str(what)),
        seconds=_APPLY_SECONDS,
        log=f"kubectl-apply-{what.stem}",
    )


def _have_session_key(cluster: Cluster, namespace: str) -> None:
    """A key for the sessions of every replica; one that is there stays, or visitors would be signed out."""
    if any(one["metadata"]["name"] == SESSION_SECRET for one in cluster.objects("v1", "Secret", namespace)):
        return
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": SESSION_SECRET,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/part-of": "bookinfo"},
        },
        "stringData": {"secret": secrets.token_hex(32)},
    }
    cluster.apply(secret, where=f"Secret {SESSION_SECRET}")


def _overlay(folder: Path, images: Mapping[str, Image], mesh: str) -> dict[str, Any]:
    """The kind overlay, with annotations that have pods replaced when image or mesh is another under the same name."""
    named = {service: image.name.rpartition(":") for service, image in images.items()}
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(_OVERLAY, folder)],
        "images": [
            {"name": f"localhost/bookinfo/{service}", "newName": name, "newTag": tag}
            for service, (name, _, tag) in named.items()
        ],
        "patches": [
            {
                "target": {"kind": "Deployment", "labelSelector": f"app={service}"},
                "patch": yaml.safe_dump(_annotated({"bookinfo.demo/image": image.id, "bookinfo.demo/mesh": mesh})),
            }
            for service, image in images.items()
        ],
    }


def _annotated(annotations: Mapping[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "each"},
        "spec": {"template": {"metadata": {"annotations": dict(annotations)}}},
    }
