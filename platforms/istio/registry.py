"""The registry of a mesh: the Services, the workloads behind them and the ingress gateway that rules can be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from platforms.istio import hosts

ROOT_NAMESPACE = "istio-system"
"""Where Istio itself runs, and where rules for the whole mesh stand."""
TRUST_DOMAIN = "cluster.local"
"""The name of a mesh in the identities of its workloads, where nobody has chosen another."""


def identity(namespace: str, service_account: str) -> str:
    """The name in the certificate of whatever runs under a service account: its SPIFFE ID."""
    return f"spiffe://{TRUST_DOMAIN}/ns/{namespace}/sa/{service_account}"


@dataclass(frozen=True, slots=True)
class Workload:
    """One running app in one version."""

    app: str
    version: str
    service_account: str = "default"
    """What it proves to be, to those that it calls and to those that call it; as in Kubernetes where none is named."""

    @property
    def name(self) -> str:
        return f"{self.app}-{self.version}"

    @property
    def labels(self) -> dict[str, str]:
        return {"app": self.app, "version": self.version}


@dataclass(frozen=True, slots=True)
class Proxy:
    """One Envoy, as rules select it: a sidecar or the ingress gateway."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    service_account: str = "default"
    is_gateway: bool = False

    @property
    def identity(self) -> str:
        return identity(self.namespace, self.service_account)


INGRESS_GATEWAY = Proxy(
    "ingressgateway",
    ROOT_NAMESPACE,
    {"app": "istio-ingressgateway", "istio": "ingressgateway"},
    "istio-ingressgateway-service-account",
    is_gateway=True,
)
"""The one that Istio's default profile installs."""


@dataclass(frozen=True)
class Registry:
    """The Services of one namespace, all on one port, their workloads, and the gateway in front of them."""

    namespace: str
    port: int
    """The port of every Service."""
    services: Mapping[str, str]
    """By name, the virtual address of each, as a ClusterIP is one: only sidecars know it, nothing listens there."""
    workloads: tuple[Workload, ...]
    gateway: Proxy = INGRESS_GATEWAY
    selectors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By name, the labels that the Services which are not an app's select."""

    @cached_property
    def hosts(self) -> Mapping[str, str]:
        """The virtual address of every Service by its fully qualified name."""
        return {self.host(service): address for service, address in self.services.items()}

    @cached_property
    def proxies(self) -> tuple[Proxy, ...]:
        """A sidecar for each workload, and the gateway."""
        sidecars = (
            Proxy(workload.name, self.namespace, workload.labels, workload.service_account)
            for workload in self.workloads
        )
        return (*sidecars, self.gateway)

    @property
    def gateway_host(self) -> str:
        """The name of the Service before the gateway, which nobody here calls."""
        return hosts.service(f"istio-{self.gateway.name}", self.gateway.namespace)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that proxies run in: the sidecars', then the gateway's."""
        return (self.namespace, self.gateway.namespace)

    def host(self, service: str) -> str:
        """The fully qualified name of a Service."""
        return hosts.fqdn(service, self.namespace)

    def behind(self, host: str) -> tuple[Workload, ...]:
        """The workloads that a Service selects: those of the app that it is named after, unless it says others."""
        labels = {self.host(name): selector for name, selector in self.selectors.items()}.get(host)
        if labels is None:
            return tuple(one for one in self.workloads if self.host(one.app) == host)
        return tuple(one for one in self.workloads if labels.items() <= one.labels.items())

    def identities(self, host: str) -> tuple[str, ...]:
        """The names that the workloads behind a Service have in their certificates."""
        accounts = {one.service_account for one in self.behind(host)}
        return tuple(identity(self.namespace, account) for account in sorted(accounts))

    def workload(self, name: str) -> Workload:
        """The workload of this name."""
        return next(workload for workload in self.workloads if workload.name == name)

    def proxy(self, name: str) -> Proxy:
        """The proxy of this name."""
        return next(proxy for proxy in self.proxies if proxy.name == name)
