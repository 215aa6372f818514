"""The manifests say for Kubernetes what the local platform does with processes, and no pod may more than it needs."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from platforms.bookinfo import BOOKINFO
from platforms.environment import ROOT, VERSION
from platforms.istio.registry import Workload
from platforms.local import ports
from platforms.local.deployments.deployment import DEPLOYMENTS as RUN
from platforms.local.programs import workloads
from tests.kustomize import Object, render

BASE = ROOT / "manifests" / "base"
OBJECTS = render(BASE)
PROGRAMS = {name: f"/bin/{name}" for name in ("python", "ruby", "java", "node")}

# What a process is told because it shares the machine with others, and a container need not be.
SHARED_MACHINE = {"PATH", "HOME", "TMPDIR", "TZ", "LANG", "PORT", "BIND_HOST", "HOSTNAME", "http_proxy"}

# How long each service lets requests finish, where it says so itself.
DRAINS = {
    "productpage": ("gunicorn.conf.py", r"graceful_timeout = (\d+)"),
    "details": ("config/puma.rb", r"force_shutdown_after (\d+)"),
    "ratings": ("src/server.js", r"DRAIN_MS = (\d+)_000"),
    "reviews": ("src/main/java/bookinfo/reviews/Main.java", r"GRACE = Duration.ofSeconds\((\d+)\)"),
}


def objects(kind: str) -> dict[str, Object]:
    """All objects of a kind, by name."""
    return {one["metadata"]["name"]: one for one in OBJECTS if one["kind"] == kind}


DEPLOYMENTS = objects("Deployment")


def pod(workload: Workload) -> dict[str, Any]:
    spec: dict[str, Any] = DEPLOYMENTS[workload.name]["spec"]["template"]["spec"]
    return spec


def container(workload: Workload) -> dict[str, Any]:
    (only,) = pod(workload)["containers"]
    return only


@pytest.fixture(params=BOOKINFO.workloads, ids=lambda workload: workload.name)
def workload(request: pytest.FixtureRequest) -> Workload:
    return request.param


def test_workloads() -> None:
    """The Deployments are the six workloads of the local platform."""
    assert sorted(one.name for one in BOOKINFO.workloads) == sorted(DEPLOYMENTS)


def test_labels(workload: Workload) -> None:
    """A workload is known by app and version: the Deployment, its pods, and what it takes for its pods."""
    deployment = DEPLOYMENTS[workload.name]
    labels = [
        deployment["metadata"]["labels"],
        deployment["spec"]["selector"]["matchLabels"],
        deployment["spec"]["template"]["metadata"]["labels"],
    ]

    assert [workload.labels] * 3 == labels


def test_environment(workload: Workload, tmp_path: Path) -> None:
    """A container is told what the local process is told, and nothing else."""
    (deployment,) = (one for one in RUN if one.workload == workload)
    topology = ports.assign(tmp_path, [deployment], 9080)
    local = workloads.launch(workload.name, deployment, topology, PROGRAMS, session_secret="s").environment
    sources = {
        "metadata.labels['version']": workload.labels["version"],
        "productpage-session": "s",  # the Secret, where there is one
    }
    told = {}
    for variable in container(workload)["env"]:
        match variable:
            case {"value": value} | {"valueFrom": {"fieldRef": {"fieldPath": value}}}:
                told[variable["name"]] = sources.get(value, value)
            case {"valueFrom": {"secretKeyRef": {"name": secret, "optional": True}}}:
                told[variable["name"]] = sources[secret]

    assert {name: value for name, value in local.items() if name not in SHARED_MACHINE} == told


def test_no_secret_in_the_repository() -> None:
    """Nobody can sign a session with what stands in the manifests."""
    assert {} == objects("Secret")
    assert [] == [path for path in BASE.parent.rglob("kustomization.yaml") if "secretGenerator" in path.read_text()]


def test_services() -> None:
    """Every app has a Service whose port is called http, for its pods of any version."""
    expected = {
        app: ({"app": app, "service": app}, {"app": app}, [("http", BOOKINFO.port, "http")])
        for app in BOOKINFO.services
    }

    assert expected == {
        name: (
            one["metadata"]["labels"],
            one["spec"]["selector"],
            [(port["name"], port["port"], port["targetPort"]) for port in one["spec"]["ports"]],
        )
        for name, one in objects("Service").items()
    }


def test_service_accounts(workload: Workload) -> None:
    """Every app has an identity of its own, and no key to the API server."""
    account = objects("ServiceAccount")[pod(workload)["serviceAccountName"]]

    assert f"bookinfo-{workload.app}" == account["metadata"]["name"]
    assert {"account": workload.app} == account["metadata"]["labels"]
    assert pod(workload)["automountServiceAccountToken"] is False


def test_containers(workload: Workload) -> None:
    """A container has its service's name, this release's image and the port of the Service."""
    assert workload.app == container(workload)["name"]
    assert f"localhost/bookinfo/{workload.app}:{VERSION}" == container(workload)["image"]
    assert [{"name": "http", "containerPort": BOOKINFO.port}] == container(workload)["ports"]


def test_restricted(workload: Workload) -> None:
    """A container has no privilege, cannot get one, and runs as the image's user on a root it cannot write to."""
    user = re.search(r"^USER (\d+)", (ROOT / "services" / workload.app / "Dockerfile").read_text(), re.MULTILINE)

    assert user is not None
    assert {
        "runAsNonRoot": True,
        "runAsUser": int(user[1]),
        "runAsGroup": int(user[1]),
        "seccompProfile": {"type": "RuntimeDefault"},
    } == pod(workload)["securityContext"]
    assert {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    } == container(workload)["securityContext"]


def test_probes(workload: Workload) -> None:
    """Start, readiness and life are asked where the service answers for them."""
    asked = [container(workload)[f"{probe}Probe"]["httpGet"] for probe in ("startup", "readiness", "liveness")]

    assert [{"path": "/health", "port": "http"}] * 3 == asked


def test_life_is_given_up_later_than_readiness(workload: Workload) -> None:
    """A service that is too busy to answer gets no requests long before anybody kills it for that."""

    def patience(probe: str) -> int:
        said = container(workload)[f"{probe}Probe"]
        return int(said["periodSeconds"]) * int(said.get("failureThreshold", 3))

    assert 60 <= patience("liveness") >= 4 * patience("readiness")


def test_resources(workload: Workload) -> None:
    """The scheduler knows what a container needs, and its memory has an end."""
    resources = container(workload)["resources"]

    assert {"cpu", "memory", "ephemeral-storage"} == resources["requests"].keys()
    assert {"memory", "ephemeral-storage"} == resources["limits"].keys()


def test_time_to_finish(workload: Workload) -> None:
    """A pod lives long enough for the proxies to forget it, and then for its service to finish what is under way."""
    file, pattern = DRAINS[workload.app]
    drain = re.search(pattern, (ROOT / "services" / workload.app / file).read_text())
    lag = container(workload)["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert drain is not None
    assert lag + int(drain[1]) < pod(workload)["terminationGracePeriodSeconds"]


def test_budgets(workload: Workload) -> None:
    """Of every workload one pod at most is evicted at a time."""
    budget = objects("PodDisruptionBudget")[workload.name]["spec"]

    assert (workload.labels, 1) == (budget["selector"]["matchLabels"], budget["maxUnavailable"])


def test_spread(workload: Workload) -> None:
    """A workload's replicas go to different nodes, where there are several."""
    spread = [
        (one["topologyKey"], one["labelSelector"]["matchLabels"]) for one in pod(workload)["topologySpreadConstraints"]
    ]

    assert [("kubernetes.io/hostname", workload.labels)] == spread


def test_one_reviews_deployment() -> None:
    """What the three versions of reviews share is written once."""
    images = Counter(line for path in BASE.rglob("*.yaml") for line in path.read_text().split() if "/" in line)

    assert 1 == images["localhost/bookinfo/reviews"]


def peers(rules: list[Object], side: str) -> set[str]:
    """Who is named by rules that allow the Service's port and nothing else."""
    found = set()
    for rule in rules:
        assert [{"port": BOOKINFO.port, "protocol": "TCP"}] == rule["ports"]
        for peer in rule[side]:
            match peer:
                case {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}}}:
                    assert {"istio": BOOKINFO.gateway.labels["istio"]} == peer["podSelector"]["matchLabels"]
                    found.add("gateway")
                case {"podSelector": {"matchLabels": {"app": app}}}:
                    found.add(app)
    return found


def test_arrows() -> None:
    """The policies allow the arrows of the picture and no others, at both of their ends."""
    policies = {name: one["spec"] for name, one in objects("NetworkPolicy").items() if name in BOOKINFO.services}
    arrows = {("productpage", app) for app in ("details", "reviews", "ratings")} | {("reviews", "ratings")}

    assert {name: {"app": name} for name in BOOKINFO.services} == {
        name: policy["podSelector"]["matchLabels"] for name, policy in policies.items()
    }
    assert arrows == {
        (name, peer) for name, policy in policies.items() for peer in peers(policy.get("egress", []), "to")
    }
    assert arrows | {("gateway", "productpage")} == {
        (peer, name) for name, policy in policies.items() for peer in peers(policy["ingress"], "from")
    }


def test_nothing_else_is_allowed() -> None:
    """Whatever no policy names is denied, in both directions."""
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} == objects("NetworkPolicy")["default-deny"]["spec"]


def test_namespace() -> None:
    """The namespace takes sidecars, and only pods that are restricted."""
    labels = objects("Namespace")["bookinfo"]["metadata"]["labels"]

    assert "enabled" == labels["istio-injection"]
    assert "restricted" == labels["pod-security.kubernetes.io/enforce"]
    assert {"bookinfo"} == {one["metadata"]["namespace"] for one in OBJECTS if one["kind"] != "Namespace"}


def test_gateway_ports_of_kind() -> None:
    """The ports on kind's host lead to those that the gateway is given, and are open to this machine only."""
    node = yaml.safe_load((ROOT / "kind-config.yaml").read_text())["nodes"][0]
    istio = yaml.safe_load((BASE.parent / "overlays" / "kind" / "istio.yaml").read_text())
    service = istio["spec"]["components"]["ingressGateways"][0]["k8s"]["service"]

    assert [
        {"containerPort": port["nodePort"], "hostPort": port["targetPort"], "listenAddress": "127.0.0.1"}
        for port in service["ports"]
    ] == node["extraPortMappings"]
