"""The Job of visitors: what the manifests say of it, and what a run adds."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from platforms.bookinfo import BOOKINFO
from platforms.environment import ROOT, VERSION
from platforms.kubernetes.traffic_job import GATEWAY_URL, NAMESPACE, document, is_over

MANIFESTS = ROOT / "manifests" / "traffic"
LOADGEN = ROOT / "scenarios" / "loadgen"


def loaded(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((MANIFESTS / f"{name}.yaml").read_text()))


def test_a_run_adds_its_workers_and_its_image() -> None:
    """Nothing else differs from the file."""
    (written,) = loaded("job")
    made = document(2, "localhost/bookinfo/traffic:0.1.0", loaded=True)
    (container,) = made["spec"]["template"]["spec"]["containers"]

    assert "Never" == container.pop("imagePullPolicy")
    assert written == made


@pytest.mark.parametrize(
    ("status", "over"),
    [
        (None, False),
        ({}, False),
        ({"active": 2}, False),
        ({"active": 2, "conditions": [{"type": "Suspended", "status": "False"}]}, False),
        ({"terminating": 1, "conditions": [{"type": "FailureTarget", "status": "True"}]}, True),
        ({"conditions": [{"type": "Failed", "status": "True"}]}, True),
        ({"conditions": [{"type": "Complete", "status": "True"}]}, True),
    ],
)
def test_only_a_job_that_has_ended_makes_way(status: dict[str, Any] | None, *, over: bool) -> None:
    """Another run's Job of which nothing is told yet is not removed under its hands."""
    assert over == is_over({"metadata": {}} if status is None else {"status": status})


@pytest.mark.parametrize("workers", [1, 7])
def test_one_pod_more_than_workers(workers: int) -> None:
    """The master is a pod of the Job, and is told for how many it waits."""
    made = document(workers, "registry.example/traffic:1", loaded=False)
    (container,) = made["spec"]["template"]["spec"]["containers"]

    assert (workers + 1, workers + 1) == (made["spec"]["completions"], made["spec"]["parallelism"])
    assert str(workers) == container["args"][2]
    assert ("registry.example/traffic:1", "IfNotPresent") == (container["image"], container["imagePullPolicy"])


def test_the_image_is_of_this_release() -> None:
    """The file says what `docker build scenarios/loadgen` is called."""
    version = VERSION

    assert (
        f"localhost/bookinfo/traffic:{version}"
        == loaded("job")[0]["spec"]["template"]["spec"]["containers"][0]["image"]
    )


def test_the_image_has_the_locust_of_this_machine() -> None:
    """The sender in the cluster is the one here, package by package."""
    ours = dict(line.split("==") for line in (ROOT / "requirements.txt").read_text().split() if "==" in line)
    images = dict(line.split("==") for line in (LOADGEN / "requirements.txt").read_text().split() if "==" in line)

    assert {"locust", "gevent", "pyzmq"} <= images.keys()
    assert {name: ours.get(name) for name in images} == images


def test_restricted() -> None:
    """The namespace enforces it, the pod has no token, and no container has a privilege or a file to write to."""
    pod = loaded("job")[0]["spec"]["template"]["spec"]
    user = re.search(r"^USER (\d+)", (LOADGEN / "Dockerfile").read_text(), re.MULTILINE)

    assert "restricted" == loaded("namespace")[0]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert pod["automountServiceAccountToken"] is False
    assert user is not None
    assert {
        "runAsNonRoot": True,
        "runAsUser": int(user[1]),
        "runAsGroup": int(user[1]),
        "seccompProfile": {"type": "RuntimeDefault"},
    } == pod["securityContext"]
    assert {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    } == pod["containers"][0]["securityContext"]


def test_the_service_is_the_master() -> None:
    """Its selector finds pod 0 of the Job, by the name that the workers are told."""
    (job,), (service,) = loaded("job"), loaded("service")

    assert {
        "batch.kubernetes.io/job-name": job["metadata"]["name"],
        "batch.kubernetes.io/job-completion-index": "0",
    } == service["spec"]["selector"]
    assert service["metadata"]["name"] == job["spec"]["template"]["spec"]["containers"][0]["args"][3]
    assert NAMESPACE == job["metadata"]["namespace"] == loaded("kustomization")[0]["namespace"]


def test_policies_name_the_gateway() -> None:
    """Whom the visitors may reach is whom they are sent to."""
    policies = {one["metadata"]["name"]: one["spec"] for one in loaded("network-policies")}
    (gateway,) = policies["gateway"]["egress"]
    (peer,) = gateway["to"]

    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} == policies["default-deny"]
    assert {"istio": BOOKINFO.gateway.labels["istio"]} == peer["podSelector"]["matchLabels"]
    assert GATEWAY_URL.endswith(f".{peer['namespaceSelector']['matchLabels']['kubernetes.io/metadata.name']}")
