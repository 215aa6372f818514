"""The services and versions that a mesh of stubs is to have, given by name or by Service and Deployment objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from platforms.errors import UsageError
from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import Resource
from platforms.local.deployments.deployment import Deployment

CLIENT = Workload("client", "v1")
"""It calls the services, through a sidecar as every workload does."""
NAMESPACE = "default"
PORT = 9080
MOST_WORKLOADS = 20
_UNVERSIONED = "unversioned"
_OF_PODS = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
_HTTP = frozenset({"http", "http2", "grpc"})
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_VERSION = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Declared:
    """What was declared so far; every change makes another one, so that a refused one leaves nothing."""

    selectors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By Service, the labels that it selects."""
    workloads: tuple[Workload, ...] = ()
    namespace: str | None = None
    port: int | None = None

    @property
    def services(self) -> Registry:
        """The Services as a mesh has them, without what stands behind them."""
        named = {name: f"127.0.80.{number}" for number, name in enumerate(sorted(self.selectors), start=1)}
        others = {name: labels for name, labels in self.selectors.items() if labels != {"app": name}}
        return Registry(self.namespace or NAMESPACE, self.port or PORT, named, (), selectors=others)

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """A stub for each version, and the client."""
        return tuple(Deployment(one, is_stub=True) for one in (*self.workloads, CLIENT))

    def with_service(self, name: str, versions: Iterable[str], port: int, namespace: str | None = None) -> Declared:
        """Add a service with these versions; raises UsageError for what cannot be one."""
        what = f"service {name!a}"
        if isinstance(versions, str):
            raise UsageError(f'{what}: versions are a list, as in ["{versions}"]')
        declared = self.with_namespace(what, namespace) if namespace else self
        declared = declared.with_port(what, port).with_selector(name, {"app": name})
        for version in versions:
            declared = declared.with_workload(name, version)
        if not any(one.app == name for one in declared.workloads):
            raise UsageError(f'{what}: no version; give one at least, as in ["v1"]')
        return declared

    def with_workload(self, app: str, version: str, service_account: str = "default") -> Declared:
        """Add one version of an app."""
        if not _NAME.fullmatch(app) or not _VERSION.fullmatch(version):
            raise UsageError(f"{app!a} {version!a}: no app and version; give small letters, digits and hyphens")
        if app == CLIENT.app:
            raise UsageError(f"{app!a} is the mesh's own caller; give your app another name")
        workload = Workload(app, version, service_account)
        if workload in self.workloads:
            return self
        if any((one.app, one.version) == (app, version) for one in self.workloads):
            raise UsageError(f"{workload.name}: declared before, under another service account")
        if any(one.name == workload.name for one in self.workloads):
            raise UsageError(f"{app!a} {version!a}: there is another workload {workload.name}; choose another version")
        if len(self.workloads) == MOST_WORKLOADS:
            raise UsageError(f"{workload.name}: a mesh may have {MOST_WORKLOADS} versions in all; declare fewer")
        return replace(self, workloads=(*self.workloads, workload))

    def with_object(self, given: Resource) -> Declared:
        """Add what a Service or a Deployment declares."""
        declared = self.with_namespace(str(given), given.namespace)
        return declared.of_service(given) if given.kind == "Service" else declared.of_deployment(given)

    def of_deployment(self, given: Resource) -> Declared:
        """Add the version that a Deployment, or whatever else has a template of pods, runs."""
        labels = _at(given.spec, "template", "metadata", "labels")
        if not isinstance(labels, Mapping) or not isinstance(labels.get("app"), str):
            raise UsageError(f"{given}: its pods have no label app; spec.template.metadata.labels must name one")
        account = _at(given.spec, "template", "spec", "serviceAccountName") or "default"
        return self.with_workload(labels["app"], str(labels.get("version", _UNVERSIONED)), str(account))

    def of_service(self, given: Resource) -> Declared:
        """Add a Service by its selector and port."""
        selector = given.spec.get("selector")
        if not isinstance(selector, Mapping) or not selector.keys() <= {"app", "version"} or not selector:
            raise UsageError(f"{given}: its selector must name app, version or both, and nothing else")
        return self.with_port(str(given), _http_port(given)).with_selector(given.name, dict(selector))

    def with_namespace(self, what: str, namespace: str) -> Declared:
        """Give the mesh its namespace; `what` asks for it."""
        if not _NAMESPACE.fullmatch(namespace):
            raise UsageError(f"{what}: {namespace!a} is no namespace; give small letters, digits and hyphens")
        if self.namespace not in (None, namespace):
            raise UsageError(f"{what}: in namespace {namespace}, and a mesh has one, here {self.namespace}")
        return replace(self, namespace=namespace)

    def with_port(self, what: str, port: int) -> Declared:
        """Give the mesh its port; `what` asks for it."""
        if not isinstance(port, int) or not 1 <= port <= 65535:  # noqa: PLR2004  # what TCP has
            raise UsageError(f"{what}: {port!a} is no port")
        if self.port not in (None, port):
            raise UsageError(f"{what}: port {port}, and all Services of a mesh have one port, here {self.port}")
        return replace(self, port=port)

    def with_selector(self, name: str, selector: Mapping[str, str]) -> Declared:
        """Add a Service that selects these labels."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"service {name!a}: no name of a Service; give small letters, digits and hyphens")
        if self.selectors.get(name, selector) != selector:
            raise UsageError(f"service {name!a}: declared before, with another selector")
        return replace(self, selectors={**self.selectors, name: selector})


def declares(one: Resource) -> bool:
    """Tell an object that declares services or versions from a rule."""
    return (one.api_version, one.kind) == ("v1", "Service") or (one.api_version == "apps/v1" and one.kind in _OF_PODS)


def _http_port(service: Resource) -> int:
    """The port of a Service, or that one of several which speaks HTTP, as Istio tells it by its name or `appProtocol`."""
    ports = service.spec.get("ports")
    given = [one for one in ports if isinstance(one, Mapping)] if isinstance(ports, list) else []
    if given[1:]:
        named = ((one, str(one.get("appProtocol") or one.get("name") or "")) for one in given)
        given = [one for one, name in named if name.lower().partition("-")[0] in _HTTP]
    if len(given) != 1 or not isinstance(given[0].get("port"), int):
        raise UsageError(
            f"{service}: a Service of a mesh of stubs has one port for HTTP, named http; name that alone so"
        )
    found: int = given[0]["port"]
    return found


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
