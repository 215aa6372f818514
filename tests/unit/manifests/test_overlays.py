"""The overlays that nobody must have: more replicas of the page, and Prometheus and Kiali beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from platforms.environment import ROOT

MANIFESTS = ROOT / "manifests"
AUTOSCALING = MANIFESTS / "components" / "autoscaling"
OBSERVABILITY = MANIFESTS / "overlays" / "observability"


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def every(kind: str) -> list[dict[str, Any]]:
    """All objects of a kind in the observability overlay."""
    files = OBSERVABILITY.rglob("*.yaml")
    return [one for path in files for one in yaml.safe_load_all(path.read_text()) if one.get("kind") == kind]


@pytest.fixture(params=("prometheus", "kiali"))
def pod(request: pytest.FixtureRequest) -> dict[str, Any]:
    (deployment,) = [one for one in every("Deployment") if one["metadata"]["name"] == request.param]
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


def test_only_the_page_is_scaled() -> None:
    """Replicas come for productpage alone: a second pod of one version of reviews would upset the even split."""
    scaled = [load(AUTOSCALING / name)["spec"] for name in load(AUTOSCALING / "kustomization.yaml")["resources"]]

    assert ["productpage-v1"] == [one["scaleTargetRef"]["name"] for one in scaled]


def test_what_is_measured_is_the_page() -> None:
    """The autoscaler looks at a container that there is, and says what share of its request is too much."""
    (metric,) = load(AUTOSCALING / "productpage.yaml")["spec"]["metrics"]
    (container,) = load(MANIFESTS / "base/productpage/deployment.yaml")["spec"]["template"]["spec"]["containers"]

    assert container["name"] == metric["containerResource"]["container"]
    assert "cpu" == metric["containerResource"]["name"]
    assert "cpu" in container["resources"]["requests"]


def test_no_deployment_names_its_replicas() -> None:
    """The autoscaler's number survives the next apply."""
    deployments = [
        one
        for path in MANIFESTS.rglob("*.yaml")
        for one in yaml.safe_load_all(path.read_text())
        if isinstance(one, dict) and one.get("kind") == "Deployment"
    ]

    assert [] == [one["metadata"]["name"] for one in deployments if "replicas" in one["spec"]]


def test_replicas_share_the_key_of_sessions() -> None:
    """Where there are several replicas, none may start without the Secret that all of them know."""
    (here,) = load(AUTOSCALING / "shared-session.yaml")["spec"]["template"]["spec"]["containers"]
    (base,) = load(MANIFESTS / "base/productpage/deployment.yaml")["spec"]["template"]["spec"]["containers"]
    ((told,), wants) = here["env"], {one["name"]: one for one in base["env"]}[here["env"][0]["name"]]

    assert {**wants["valueFrom"]["secretKeyRef"], "optional": False} == told["valueFrom"]["secretKeyRef"]


def test_images_are_pinned(pod: dict[str, Any]) -> None:
    """Each image has its tag in one place, and it is a release."""
    tags = {one["name"]: one["newTag"] for one in load(OBSERVABILITY / "kustomization.yaml")["images"]}
    (container,) = pod["containers"]

    assert 3 == len(tags[container["image"]].removeprefix("v").split("."))


def test_pods_have_no_privilege(pod: dict[str, Any]) -> None:
    """A container has no privilege, cannot get one, and runs as a numbered user on a root it cannot write to."""
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert {"type": "RuntimeDefault"} == pod["securityContext"]["seccompProfile"]
    assert {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    } == container["securityContext"]
    assert {"memory", "ephemeral-storage"} == container["resources"]["limits"].keys()


def test_nobody_may_change_anything() -> None:
    """Both may read, in the two namespaces that they show, and no more."""
    roles = [rule for one in every("ClusterRole") for rule in one["rules"]]
    bindings = {(one["subjects"][0]["name"], one["metadata"]["namespace"]) for one in every("RoleBinding")}

    assert {"get", "list", "watch"} == {verb for rule in roles for verb in rule["verbs"]}
    assert not {"secrets", "*"} & {name for rule in roles for name in rule["resources"]}
    assert {(who, where) for who in ("prometheus", "kiali") for where in ("bookinfo", "istio-system")} == bindings
    assert [] == every("ClusterRoleBinding")


def test_what_is_shown() -> None:
    """Prometheus asks, and Kiali shows, the namespaces that they may read."""
    (job,) = load(OBSERVABILITY / "prometheus/prometheus.yml")["scrape_configs"]
    (discovery,) = job["kubernetes_sd_configs"]
    (selector,) = load(OBSERVABILITY / "kiali/config.yaml")["deployment"]["discovery_selectors"]["default"]

    assert ["bookinfo", "istio-system"] == discovery["namespaces"]["names"]
    assert ["bookinfo", "istio-system"] == selector["matchExpressions"][0]["values"]


def test_kiali_asks_this_prometheus() -> None:
    """Kiali's source is the Service that stands beside it."""
    (service,) = every("Service")
    where = f"{service['metadata']['name']}.{service['metadata']['namespace']}:{service['spec']['ports'][0]['port']}"

    assert f"http://{where}" == load(OBSERVABILITY / "kiali/config.yaml")["external_services"]["prometheus"]["url"]


def test_prometheus_alone_is_let_in() -> None:
    """The sidecars' metrics are open to Prometheus, and Bookinfo's own policies open them to nobody."""
    policies = {one["metadata"]["name"]: one["spec"] for one in every("NetworkPolicy")}
    asked = [port["port"] for port in policies["prometheus"]["egress"][0]["ports"]]
    (opened,) = policies["metrics"]["ingress"]
    base = yaml.safe_load_all((MANIFESTS / "base/network-policies.yaml").read_text())

    assert asked == [port["port"] for port in opened["ports"]]
    assert {"app": "prometheus"} == opened["from"][0]["podSelector"]["matchLabels"]
    assert not [one["metadata"]["name"] for one in base if one["spec"].get("ingress")]


def rules() -> dict[str, set[str]]:
    """What each NetworkPolicy of ours allows: `in` or `out`, and the port."""
    found: dict[str, set[str]] = {}
    for path in MANIFESTS.rglob("*.yaml"):
        for one in yaml.safe_load_all(path.read_text()):
            if isinstance(one, dict) and one.get("kind") == "NetworkPolicy":
                name = f"{path.relative_to(MANIFESTS).parts[-2]}/{one['metadata']['name']}"
                found[name] = set()
                for way, of, peers in (("in", "ingress", "from"), ("out", "egress", "to")):
                    for rule in one["spec"].get(of, []):
                        assert rule.get(peers), f"{name} allows everybody"
                        assert not [peer for peer in rule[peers] if "ipBlock" in peer], f"{name} allows addresses"
                        assert not [peer for peer in rule[peers] for selector in peer.values() if not selector], name
                        assert rule.get("ports"), f"{name} allows every port"
                        assert not [port for port in rule["ports"] if "endPort" in port], (
                            f"{name} allows a range of ports"
                        )
                        found[name] |= {f"{way} {port['port']}/{port['protocol']}" for port in rule["ports"]}
    return found


def test_every_policy_names_whom_and_which_ports() -> None:
    """No policy allows more than these ports, to and from pods or namespaces that it names."""
    page = {"in 9080/TCP", "out 9080/TCP"}

    assert {
        "base/default-deny": set(),
        "base/dns": {"out 53/UDP", "out 53/TCP"},
        "base/istiod": {"out 15012/TCP"},
        "callers/callers": page,
        "details/details": {"in 9080/TCP"},
        "productpage/productpage": page,
        "ratings/ratings": {"in 9080/TCP"},
        "reviews/reviews": page,
        "observability/api-server": set(),
        "observability/default-deny": set(),
        "observability/dns": {"out 53/UDP", "out 53/TCP"},
        "kiali/kiali": {"out 9090/TCP", "out 15014/TCP"},
        "prometheus/metrics": {"in 15020/TCP"},
        "prometheus/prometheus": {"in 9090/TCP", "out 15020/TCP", "out 15014/TCP"},
        "traffic/default-deny": set(),
        "traffic/dns": {"out 53/UDP", "out 53/TCP"},
        "traffic/gateway": {"out 8080/TCP"},
        "traffic/traffic": {"in 5557/TCP", "out 5557/TCP"},
    } == rules()
