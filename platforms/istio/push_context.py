"""The resources as one proxy sees them: names fully qualified, and only what is visible and in force there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from platforms.istio import hosts
from platforms.istio.access.authorization_policy import AuthorizationPolicy, authorization_policy
from platforms.istio.access.peer_authentication import PeerAuthentications
from platforms.istio.delegation import Delegates, is_delegate
from platforms.istio.gateway_api.attachment import AttachedRoutes, attached, listeners
from platforms.istio.gateway_api.own_services import extended
from platforms.istio.gateway_names import MESH, gateway_name
from platforms.istio.registry import ROOT_NAMESPACE, Proxy, Registry
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.servers import Server, servers
from platforms.istio.service_entries.callees import Callee, callees
from platforms.istio.visibility import visible_in


@dataclass(frozen=True, slots=True)
class VirtualService:
    """A VirtualService with its host and gateway names made full."""

    name: str
    namespace: str
    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    exported_to: tuple[str, ...]
    http: tuple[Mapping[str, Any], ...]
    is_converted: bool = False
    """Whether HTTPRoutes say it, whose prefixes end at a slash, and whose callers come first."""

    @property
    def visible_in(self) -> frozenset[str]:
        return visible_in(self.exported_to, self.namespace)


@dataclass(frozen=True, slots=True)
class DestinationRule:
    """A DestinationRule, or several for one host put together."""

    host: str
    namespace: str
    exported_to: frozenset[str]
    """As written; empty where nothing is."""
    traffic_policy: Mapping[str, Any] | None
    """None where none is given, which another rule for the host may then give."""
    subsets: tuple[Mapping[str, Any], ...]

    @property
    def policy(self) -> Mapping[str, Any]:
        return self.traffic_policy or {}

    @property
    def is_private(self) -> bool:
        """Tell whether no namespace but its own sees it."""
        return self.exported_to in ({"."}, {self.namespace})

    def is_exported_to(self, namespace: str) -> bool:
        """Tell whether a proxy of another namespace may see it; a dot means none."""
        return not self.exported_to or bool(self.exported_to & {"*", namespace})

    def subset(self, name: str) -> Mapping[str, Any] | None:
        return next((subset for subset in self.subsets if subset["name"] == name), None)


def by_age(resources: Iterable[Resource]) -> list[Resource]:
    """Order them as istiod does: the older first, and those of the same second by name, then by namespace."""
    return sorted(resources, key=lambda one: (one.created, one.name, one.namespace))


@dataclass(frozen=True, slots=True)
class PushContext:
    """All resources, ready to be asked for what concerns one proxy, as istiod keeps them for a push."""

    registry: Registry
    virtual_services: tuple[VirtualService, ...]
    destination_rules: tuple[DestinationRule, ...]
    servers: tuple[Server, ...]
    peers: PeerAuthentications
    authorization_policies: tuple[AuthorizationPolicy, ...]
    callees: Mapping[str, Callee]
    """By host, whoever can be called, the Services first."""

    @classmethod
    def of(cls, resources: ResourceSet, registry: Registry) -> PushContext:
        """Read validated resources for the mesh of `registry`, the older before the younger."""
        ordered, registry = by_age(resources), extended(registry, resources)
        return cls(
            registry=registry,
            virtual_services=_virtual_services(ordered, registry),
            destination_rules=tuple(_destination_rule(one) for one in ordered if one.kind == "DestinationRule"),
            servers=tuple(servers(ordered, registry.gateway)),
            peers=PeerAuthentications.of(ordered),
            authorization_policies=tuple(
                authorization_policy(one) for one in ordered if one.kind == "AuthorizationPolicy"
            ),
            callees={one.host: one for one in callees(registry, ordered)},
        )

    def callee(self, host: str, caller: str) -> Callee | None:
        """Whoever a proxy in the namespace `caller` knows by this full name."""
        found = self.callees.get(host)
        return found if found and found.is_visible(caller) else None

    def callees_of(self, caller: str) -> list[Callee]:
        """Whoever the proxies of a namespace know."""
        return [one for one in self.callees.values() if one.is_visible(caller)]

    def bound_to(self, gateway: str, proxy: Proxy) -> tuple[VirtualService, ...]:
        """The VirtualServices that `proxy` sees at `gateway` (or at `mesh`), the first winning.

        One that names a gateway twice, by its short name and in full, is there twice.
        """
        bound = [one for one in self.virtual_services for named in one.gateways if named == gateway]
        named = [one for one in bound if proxy.namespace in one.visible_in]
        own = [one for one in named if one.namespace == proxy.namespace]
        others = [one for one in named if one.namespace != proxy.namespace]
        public = [one for one in bound if "*" in one.visible_in]
        callers = [one for one in public if one.is_converted and one.namespace == proxy.namespace]
        return (*own, *others, *callers, *(one for one in public if one not in callers))

    def destination_rule(self, host: str, caller: str) -> DestinationRule | None:
        """The DestinationRule for calls of `host` from a proxy in the namespace `caller`; none for what is not known there.

        As in istiod's push_context.go: of a sidecar, its own namespace's come first, of a gateway in the root namespace
        only the private ones there; then those that the Service's namespace exports, then those of the root namespace.
        The closest host is chosen before anybody asks to whom its rules are exported.
        """
        callee = self.callee(host, caller)
        if callee is None:
            return None
        own = [one for one in self.destination_rules if one.namespace == caller and _acts_at_home(one)]
        if caller == ROOT_NAMESPACE:
            own = [one for one in own if one.is_private]
        if found := hosts.most_specific(host, _merged(own)):
            return found[-1]
        for namespace in (callee.namespace, ROOT_NAMESPACE):
            exported = [one for one in self.destination_rules if one.namespace == namespace and not one.is_private]
            closest = hosts.most_specific(host, _merged(exported)) or []
            if visible := [one for one in closest if one.is_exported_to(caller)]:
                return visible[-1]
        return None


def _virtual_services(ordered: Sequence[Resource], registry: Registry) -> tuple[VirtualService, ...]:
    """The VirtualServices, and those that HTTPRoutes are converted to, the older before the younger."""
    delegates = Delegates(ordered)
    found = [
        (one.created, _virtual_service(one, delegates))
        for one in ordered
        if one.kind == "VirtualService" and not is_delegate(one)
    ]
    known = [listener for one in ordered if one.collection == "KubernetesGateway" for listener in listeners(one)]
    routes = (one for one in ordered if one.kind == "HTTPRoute")
    found += [(one.created, _converted(one)) for one in attached(routes, known, registry.hosts)]
    return tuple(one for _, one in sorted(found, key=lambda one: (one[0], one[1].name, one[1].namespace)))


def _converted(routes: AttachedRoutes) -> VirtualService:
    return VirtualService(
        name=routes.name,
        namespace=routes.namespace,
        hosts=(routes.host,),
        gateways=(routes.gateway,),
        exported_to=(),
        http=routes.http,
        is_converted=True,
    )


def _virtual_service(resource: Resource, delegates: Delegates) -> VirtualService:
    spec, namespace = resource.spec, resource.namespace
    return VirtualService(
        name=resource.name,
        namespace=namespace,
        hosts=tuple(hosts.fqdn(host, namespace) for host in spec.get("hosts", ())),
        gateways=tuple(gateway_name(gateway, namespace) for gateway in spec.get("gateways") or (MESH,)),
        exported_to=tuple(spec.get("exportTo", ())),
        http=tuple(delegates.routes(resource)),
    )


def _destination_rule(resource: Resource) -> DestinationRule:
    return DestinationRule(
        host=hosts.fqdn(resource.spec["host"], resource.namespace),
        namespace=resource.namespace,
        exported_to=frozenset(resource.spec.get("exportTo", ())),
        traffic_policy=resource.spec.get("trafficPolicy"),
        subsets=tuple(resource.spec.get("subsets", ())),
    )


def _acts_at_home(rule: DestinationRule) -> bool:
    """Tell whether the proxies of its own namespace see a rule: one that is exported elsewhere only, they do not."""
    return not rule.exported_to or bool(rule.exported_to & {"*", ".", rule.namespace})


def _merged(rules: Iterable[DestinationRule]) -> dict[str, list[DestinationRule]]:
    """The rules by host, each list in its order; the last one that a proxy sees acts.

    A rule is merged into an earlier one if both say the same of exportTo, or it is exported further than one that says
    something of it. Any other stands for itself, and so acts alone: as in istiod's destination_rule.go.
    """
    by_host: dict[str, list[DestinationRule]] = {}
    for rule in rules:
        known = by_host.setdefault(rule.host, [])
        separate = True
        for number, earlier in enumerate(known):
            separate = (
                rule.exported_to != earlier.exported_to and not rule.exported_to > earlier.exported_to > frozenset()
            )
            if not separate:
                known[number] = _joined(earlier, rule)
        if separate:
            known.append(rule)
    return by_host


def _joined(first: DestinationRule, second: DestinationRule) -> DestinationRule:
    added = tuple(subset for subset in second.subsets if first.subset(subset["name"]) is None)
    policy = second.traffic_policy if first.traffic_policy is None else first.traffic_policy
    return replace(first, traffic_policy=policy, subsets=first.subsets + added)
