"""What the resources say, seen from one proxy: names made full, and only what is visible and in force there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from platforms.resources import NAMESPACE, Resource, ResourceSet
from platforms.translation import hosts
from platforms.translation.topology import GATEWAY, GATEWAY_LABELS, WORKLOADS

MESH = "mesh"
"""The reserved gateway name that means every sidecar."""
ROOT_NAMESPACE = "istio-system"
"""Where the ingress gateway runs, and where rules for the whole mesh stand."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who asks: a sidecar or the ingress gateway."""

    name: str
    namespace: str
    labels: Mapping[str, str]

    @property
    def is_gateway(self) -> bool:
        return self.name == GATEWAY


PROXIES = (
    *(Proxy(workload.name, NAMESPACE, workload.labels) for workload in WORKLOADS),
    Proxy(GATEWAY, ROOT_NAMESPACE, GATEWAY_LABELS),
)


CALLERS = (NAMESPACE, ROOT_NAMESPACE)
"""The namespaces that proxies run in."""


@dataclass(frozen=True, slots=True)
class VirtualService:
    """A VirtualService with its host and gateway names made full."""

    name: str
    namespace: str
    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    exported_to: tuple[str, ...]
    http: tuple[Mapping[str, Any], ...]

    @property
    def visible_in(self) -> frozenset[str]:
        return _visible_in(self.exported_to, self.namespace)

    @property
    def says_nothing(self) -> bool:
        """Whether it asks for no more than what holds without it: to its own host, whatever the version."""
        if len(self.http) != 1 or len(self.hosts) != 1 or self.gateways != (MESH,):
            return False
        route = self.http[0]
        destinations = [
            hosts.full(one["destination"]["host"], self.namespace)
            for one in route.get("route", ())
            if set(one) == {"destination"} and set(one["destination"]) == {"host"}
        ]
        return set(route) == {"route"} and destinations == [self.hosts[0]]


@dataclass(frozen=True, slots=True)
class DestinationRule:
    """A DestinationRule, or several for one host put together."""

    host: str
    namespace: str
    exported_to: tuple[str, ...]
    policy: Mapping[str, Any]
    subsets: tuple[Mapping[str, Any], ...]

    @property
    def visible_in(self) -> frozenset[str]:
        return _visible_in(self.exported_to, self.namespace)

    def subset(self, name: str) -> Mapping[str, Any] | None:
        return next((subset for subset in self.subsets if subset["name"] == name), None)


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a Gateway that the ingress gateway runs."""

    gateway: str
    port: int
    hosts: tuple[str, ...]

    def hosts_for(self, namespace: str) -> tuple[str, ...]:
        """The hosts that a VirtualService of `namespace` may bind to."""
        named = (host.rpartition("/") for host in self.hosts)
        return tuple(host for scope, _, host in named if scope in ("", "*", namespace))


@dataclass(frozen=True, slots=True)
class Rules:
    """All resources, ready to be asked for what concerns one proxy."""

    virtual_services: tuple[VirtualService, ...]
    destination_rules: tuple[DestinationRule, ...]
    servers: tuple[Server, ...]

    @classmethod
    def of(cls, resources: ResourceSet) -> Rules:
        """Read validated resources.

        A cluster lets the older of two objects win. Here all of them are applied at once, so the name decides, as
        istiod does it for objects of the same second.
        """
        ordered = sorted(resources, key=lambda resource: (resource.name, resource.namespace))
        virtual_services = (_virtual_service(one) for one in ordered if one.kind == "VirtualService")
        return cls(
            # What says nothing gives way: the baseline's even split is no reason to ignore a rule of another name.
            virtual_services=tuple(one for one in virtual_services if not one.says_nothing),
            destination_rules=tuple(
                _merged(_destination_rule(one) for one in ordered if one.kind == "DestinationRule")
            ),
            servers=tuple(server for one in ordered if one.kind == "Gateway" for server in _servers(one)),
        )

    def bound_to(self, gateway: str, proxy: Proxy) -> tuple[VirtualService, ...]:
        """The VirtualServices that `proxy` sees at `gateway` (or at `mesh`), the first winning."""
        bound = [one for one in self.virtual_services if gateway in one.gateways]
        named = [one for one in bound if proxy.namespace in one.visible_in]
        own = [one for one in named if one.namespace == proxy.namespace]
        others = [one for one in named if one.namespace != proxy.namespace]
        public = [one for one in bound if "*" in one.visible_in]
        return (*own, *others, *public)

    def destination_rule(self, host: str, caller: str) -> DestinationRule | None:
        """The DestinationRule for calls of `host` from the namespace `caller`.

        It is looked for there first, then where the Service is, then in the root namespace.
        """
        for namespace in dict.fromkeys((caller, NAMESPACE, ROOT_NAMESPACE)):
            visible = {
                rule.host: rule
                for rule in self.destination_rules
                if rule.namespace == namespace and rule.visible_in & {"*", caller}
            }
            if rule := hosts.most_specific(host, visible):
                return rule
        return None


def _virtual_service(resource: Resource) -> VirtualService:
    spec, namespace = resource.spec, resource.namespace
    return VirtualService(
        name=resource.name,
        namespace=namespace,
        hosts=tuple(hosts.full(host, namespace).lower() for host in spec.get("hosts", ())),
        gateways=tuple(gateway_name(gateway, namespace) for gateway in spec.get("gateways") or (MESH,)),
        exported_to=tuple(spec.get("exportTo", ())),
        http=tuple(spec.get("http", ())),
    )


def _destination_rule(resource: Resource) -> DestinationRule:
    return DestinationRule(
        host=hosts.full(resource.spec["host"], resource.namespace),
        namespace=resource.namespace,
        exported_to=tuple(resource.spec.get("exportTo", ())),
        policy=resource.spec.get("trafficPolicy", {}),
        subsets=tuple(resource.spec.get("subsets", ())),
    )


def _merged(rules: Iterable[DestinationRule]) -> Iterator[DestinationRule]:
    """Several rules for one host add their subsets; the first that has a policy gives it."""
    together: dict[tuple[str, str, frozenset[str]], DestinationRule] = {}
    for rule in rules:
        key = (rule.namespace, rule.host, rule.visible_in)
        first = together.get(key)
        together[key] = rule if first is None else _joined(first, rule)
    yield from together.values()


def _joined(first: DestinationRule, second: DestinationRule) -> DestinationRule:
    added = tuple(subset for subset in second.subsets if first.subset(subset["name"]) is None)
    return replace(first, policy=first.policy or second.policy, subsets=first.subsets + added)


def _servers(resource: Resource) -> Iterator[Server]:
    if not is_ours(resource):
        return
    for server in resource.spec.get("servers", ()):
        yield Server(
            gateway=f"{resource.namespace}/{resource.name}",
            port=server["port"]["number"],
            hosts=tuple(
                f"{resource.namespace}/{host.removeprefix('./')}" if host.startswith("./") else host
                for host in server["hosts"]
            ),
        )


def gateway_name(gateway: str, namespace: str) -> str:
    """`namespace/name` of a gateway that an object in `namespace` refers to; `mesh` stays."""
    if gateway == MESH:
        return gateway
    scope, slash, name = gateway.partition("/")
    if slash:
        return f"{namespace if scope == '.' else scope}/{name}"
    name, dot, rest = gateway.partition(".")
    return f"{rest.partition('.')[0] if dot else namespace}/{name}"


def is_ours(gateway: Resource) -> bool:
    """Whether the ingress gateway obeys this Gateway."""
    selector: Mapping[str, str] = gateway.spec.get("selector", {})
    return selector.items() <= GATEWAY_LABELS.items()


def _visible_in(exported_to: tuple[str, ...], namespace: str) -> frozenset[str]:
    """The namespaces that see an object; `*` is all of them."""
    scopes = frozenset(namespace if scope == "." else scope for scope in exported_to or ("*",))
    return frozenset("*") if "*" in scopes else scopes
