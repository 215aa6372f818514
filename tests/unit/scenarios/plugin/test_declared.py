"""Services and versions are declared by name or by objects; what a mesh of stubs cannot have is refused in one line."""

from __future__ import annotations

import pytest

from platforms.errors import UsageError
from platforms.istio.resources import Resource, parse
from scenarios.plugin.declared import Declared, declares

OBJECTS = """
apiVersion: v1
kind: Service
metadata: {name: orders-all, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 8000, targetPort: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: any, namespace: shop}
spec: {template: {metadata: {labels: {app: orders, version: v2}}, spec: {serviceAccountName: till}}}
"""


def resource(kind: str, spec: dict[str, object]) -> Resource:
    return Resource("v1", kind, "orders", spec, namespace="default")


def test_objects() -> None:
    """A Service names the port, the namespace and whom it selects; a Deployment is a version."""
    declared = Declared()
    for one in parse(OBJECTS, source="x", namespace="default"):
        declared = declared.with_object(one)

    services = declared.services

    assert ("shop", 8000, {"orders-all": {"app": "orders"}}) == (services.namespace, services.port, services.selectors)
    assert ["orders-v2", "client-v1"] == [one.workload.name for one in declared.deployments]
    assert ["till", "default"] == [one.workload.service_account for one in declared.deployments]
    assert all(one.is_stub for one in declared.deployments)


@pytest.mark.parametrize(
    ("name", "versions", "port", "why"),
    [
        ("Orders", ["v1"], 9080, "no name of a Service"),
        ("orders", [], 9080, "no version"),
        ("orders", ["V1"], 9080, "no app and version"),
        ("client", ["v1"], 9080, "the mesh's own caller"),
        ("orders", ["v1"], 0, "0 is no port"),
        ("orders", ["v1"], 8000, "all Services of a mesh have one port, here 9080"),
        ("orders", ["v1"], "http", "'http' is no port"),
        ("orders", "v1", 9080, "versions are a list"),
        ("a", ["b-c"], 9080, "another workload a-b-c"),
        ("many", map("v{}".format, range(30)), 9080, "may have 20 versions"),
    ],
)
def test_refused(name: str, versions: list[str], port: int, why: str) -> None:
    """The message says what was given and what is wrong."""
    declared = Declared().with_service("a-b", ["c"], 9080)

    with pytest.raises(UsageError, match=why):
        declared.with_service(name, versions, port)


@pytest.mark.parametrize(
    ("kind", "spec", "why"),
    [
        ("Deployment", {}, "no label app"),
        ("Service", {"selector": {"tier": "x"}, "ports": [{"port": 1}]}, "must name app"),
        ("Service", {"selector": {"app": "x"}, "ports": [{"port": 1}, {"port": 2}]}, "has one port for HTTP"),
        ("Service", {"selector": {"app": "x"}}, "has one port for HTTP"),
    ],
)
def test_objects_refused(kind: str, spec: dict[str, object], why: str) -> None:
    """An object that a mesh of stubs cannot take is named."""
    with pytest.raises(UsageError, match=f"{kind} orders: .*{why}"):
        Declared().with_object(resource(kind, spec))


def test_one_namespace() -> None:
    """A second namespace is refused by its name."""
    first, second = parse(
        OBJECTS.replace("shop}\nspec: {template", "other}\nspec: {template"), source="x", namespace="d"
    )

    with pytest.raises(UsageError, match="in namespace other, and a mesh has one, here shop"):
        Declared().with_object(first).with_object(second)
    with pytest.raises(UsageError, match="'A b' is no namespace"):
        Declared().with_service("orders", ["v1"], 8000, "A b")
    with pytest.raises(UsageError, match="service 'orders': in namespace other, and a mesh has one, here shop"):
        Declared().with_object(first).with_service("orders", ["v1"], 8000, "other")


def test_the_port_for_http() -> None:
    """Of several ports that one counts which Istio would take for HTTP."""
    metrics, http = {"name": "tcp-metrics", "port": 9000}, {"name": "http-web", "port": 8080}
    by_protocol = {"name": "web", "appProtocol": "http", "port": 8080}
    for ports in ([metrics, http], [by_protocol, metrics], [{"port": 8080}]):
        declared = Declared().with_object(resource("Service", {"selector": {"app": "x"}, "ports": ports}))
        assert 8080 == declared.services.port


def test_kinds() -> None:
    """Whatever has a template of pods runs a version; a Service of another API is none."""
    kinds = [("v1", "Service"), *(("apps/v1", kind) for kind in ("Deployment", "StatefulSet", "DaemonSet"))]
    others = [("serving.knative.dev/v1", "Service"), ("v1", "ConfigMap"), ("batch/v1", "Job")]

    def declares_one(version: str, kind: str) -> bool:
        return declares(Resource(version, kind, "x", {}, namespace="default"))

    assert all(declares_one(*one) for one in kinds)
    assert not any(declares_one(*one) for one in others)
