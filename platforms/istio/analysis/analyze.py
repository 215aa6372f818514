"""The messages of `istioctl analyze` on the resources: findings, never refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio import hosts
from platforms.istio.analysis import access, deprecated, service_entry, unreachable
from platforms.istio.analysis.message import Finding, missing
from platforms.istio.gateway_names import MESH, gateway_name
from platforms.istio.push_context import PushContext, VirtualService
from platforms.istio.registry import Registry
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.servers import selects
from platforms.istio.service_entries.callees import Callee

__all__ = ["Finding", "analyze"]


def analyze(resources: ResourceSet, registry: Registry) -> tuple[Finding, ...]:
    """The remarks on valid `resources` in the mesh of `registry`, the gravest first."""
    push = PushContext.of(resources, registry)
    found = {
        *(one for service in resources.of_kind("VirtualService") for one in _virtual_service(service, resources, push)),
        *(one for rule in resources.of_kind("DestinationRule") for one in _destination_rule(rule, push)),
        *(
            one
            for entry in resources.of_kind("ServiceEntry")
            for one in (*service_entry.warnings(entry), *service_entry.findings(entry))
        ),
        *(one for gateway in resources.of_kind("Gateway") for one in _gateway(gateway, resources, registry)),
        *(
            one
            for policy in resources.of_kind("AuthorizationPolicy")
            for one in _authorization_policy(policy, registry)
        ),
        *(one for peers in resources.of_kind("PeerAuthentication") for one in access.of_peer_authentication(peers)),
        *_same_host(resources, push),
    }
    return tuple(sorted(found, key=lambda one: one.rank))


def _virtual_service(service: Resource, resources: ResourceSet, push: PushContext) -> Iterator[Finding]:
    yield from unreachable.findings(service)
    yield from deprecated.of_virtual_service(service)
    for destination, mirrored in _destinations(service.spec):
        yield from _destination(service, destination, push, mirrored=mirrored)
    for gateway in service.spec.get("gateways", ()):
        if gateway != MESH:
            yield from _bound(service, gateway, resources)
    if service.spec.get("gateways"):
        yield from _lost_subsets(service, resources)


def _destinations(spec: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Every destination, and whether it only gets a copy."""
    for http in spec.get("http", ()):
        yield from ((one["destination"], False) for one in http.get("route", ()))
        if "mirror" in http:
            yield http["mirror"], True
        yield from ((one["destination"], True) for one in http.get("mirrors", ()))


def _destination(
    service: Resource, destination: Mapping[str, Any], push: PushContext, *, mirrored: bool
) -> Iterator[Finding]:
    said, subset = destination["host"], destination.get("subset", "")
    host = hosts.fqdn(said, service.namespace)
    callee = _callee(said, service, push)
    port = destination.get("port", {}).get("number")
    if callee is None:
        yield missing(service, "mirror host" if mirrored else "host", said)
    elif port and callee.port(port) is None:
        yield missing(service, "host:port", f"{said}:{port}")
    elif not port and len(callee.ports) > 1:
        numbers = " ".join(str(one.number) for one in callee.ports)
        message = (
            "This VirtualService routes to a service "
            f'"{said}" that exposes multiple ports [{numbers}]. Specifying a port in the destination is required to disambiguate.'
        )
        yield Finding("IST0112", "Error", message, str(service))
    if subset and not any(rule.host == host and rule.subset(subset) for rule in push.destination_rules):
        where = "mirror" if mirrored else "host"
        yield missing(service, f"{where}+subset in destinationrule", f"{said}+{subset}")


def _bound(service: Resource, said: str, resources: ResourceSet) -> Iterator[Finding]:
    """The remarks on the gateway that a VirtualService names."""
    name = gateway_name(said, service.namespace)
    gateway = next((one for one in resources.of_kind("Gateway") if _full_name(one) == name), None)
    if gateway is None:
        yield missing(service, "gateway", said)
    offered = (host for server in (gateway.spec.get("servers", ()) if gateway else ()) for host in server["hosts"])
    names = [host.rpartition("/")[2] for host in offered if _open_to(service.namespace, host, name)]
    if not any(hosts.overlap(one, other) for one in names for other in service.spec.get("hosts", ())):
        listed = " ".join(service.spec.get("hosts", ()))
        message = (
            f"one or more host [{listed}] defined in VirtualService {_full_name(service)} not found in Gateway {name}."
        )
        yield Finding("IST0132", "Warning", message, str(service))


def _open_to(namespace: str, host: str, gateway: str) -> bool:
    scope = host.rpartition("/")[0]
    return scope in ("", "*", namespace) or (scope == "." and gateway.startswith(f"{namespace}/"))


def _lost_subsets(service: Resource, resources: ResourceSet) -> Iterator[Finding]:
    """A route of the gateway goes by the Service, whatever another VirtualService says of its subsets."""
    direct = {
        one["destination"]["host"]
        for http in service.spec.get("http", ())
        for one in http.get("route", ())
        if not one["destination"].get("subset")
    }
    for other in resources.of_kind("VirtualService"):
        split = {
            one["destination"]["host"]
            for http in other.spec.get("http", ())
            for one in http.get("route", ())
            if one["destination"].get("subset")
        }
        if direct & split & set(other.spec.get("hosts", ())):
            message = (
                f"Subset in virtual service {_full_name(other)} has no effect on ingress gateway "
                f"{_full_name(service)} requests"
            )
            yield Finding("IST0140", "Warning", message, str(service))


def _callee(said: str, resource: Resource, push: PushContext) -> Callee | None:
    """Whoever a rule means by a host, as `istioctl analyze` sees it: by its very name, else by a wildcard's."""
    host = hosts.fqdn(said, resource.namespace)
    exact = push.callees.get(host)
    if exact and exact.is_visible(resource.namespace):
        return exact
    wildcards = (one for name, one in push.callees.items() if hosts.is_wildcard(name) and hosts.matches(name, host))
    return next((one for one in wildcards if one.is_visible(resource.namespace)), None)


def _destination_rule(rule: Resource, push: PushContext) -> Iterator[Finding]:
    yield from deprecated.of_destination_rule(rule)
    registry, host = push.registry, hosts.fqdn(rule.spec["host"], rule.namespace)
    if not any(hosts.overlap(host, known) for known in push.callees):
        message = (
            f"The host {rule.spec['host']} defined in the DestinationRule does not match any services in the mesh."
        )
        yield Finding("IST0174", "Warning", message, str(rule))
        return
    # istioctl looks at pods alone, and so warns of every subset of a ServiceEntry; here its endpoints count.
    behind = [
        labels
        for known, callee in push.callees.items()
        if hosts.matches(host, known)
        for labels in _labels(callee, registry)
    ]
    for subset in rule.spec.get("subsets", ()):
        if not any(subset.get("labels", {}).items() <= labels.items() for labels in behind):
            message = (
                f"The Subset {subset['name']} defined in the DestinationRule does not select any pods. "
                "Which may lead to 503 UH (NoHealthyUpstream)."
            )
            yield Finding("IST0173", "Error", message, str(rule))


def _labels(callee: Callee, registry: Registry) -> list[Mapping[str, str]]:
    """The labels of each place behind a host."""
    if callee.endpoints is not None:
        return [one.labels for one in callee.endpoints]
    return [one.labels for one in registry.behind(callee.host)]


def _authorization_policy(policy: Resource, registry: Registry) -> Iterator[Finding]:
    yield from access.of_authorization_policy(policy)
    yield from access.unmatched(policy, registry)


def _gateway(gateway: Resource, resources: ResourceSet, registry: Registry) -> Iterator[Finding]:
    selector = _selector(gateway)
    if not selects(gateway, registry.gateway):
        yield missing(gateway, "selector", selector)
        return
    for server in gateway.spec.get("servers", ()):
        same = sorted(
            _full_name(other)
            for other in resources.of_kind("Gateway")
            if other is not gateway and _selector(other) == selector
            for rival in other.spec.get("servers", ())
            if rival["port"]["number"] == server["port"]["number"] and set(rival["hosts"]) & set(server["hosts"])
        )
        if same:
            message = (
                f"Conflict with gateways {','.join(dict.fromkeys(same))} (workload selector {selector}, "
                f"port {server['port']['number']}, hosts {','.join(server['hosts'])})."
            )
            yield Finding("IST0145", "Error", message, str(gateway))


def _same_host(resources: ResourceSet, push: PushContext) -> Iterator[Finding]:
    """Two VirtualServices for one host of the mesh: only the first is obeyed."""
    by_host: dict[str, list[VirtualService]] = {}
    for service in push.virtual_services:
        if MESH in service.gateways:
            for scope in service.visible_in:
                for host in service.hosts:
                    by_host.setdefault(f"{scope}/{host}", []).append(service)
    for host, services in by_host.items():
        public = by_host.get(f"*/{host.partition('/')[2]}", [])
        rivals = sorted({f"{one.namespace}/{one.name}" for one in (*services, *public)})
        if len(rivals) > 1:
            message = (
                f"The VirtualServices {','.join(rivals)} associated with mesh gateway define the same host {host} which can lead "
                "to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single "
                "resource."
            )
            for resource in resources.of_kind("VirtualService"):
                if _full_name(resource) in rivals:
                    yield Finding("IST0109", "Error", message, str(resource))


def _selector(gateway: Resource) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(gateway.spec.get("selector", {}).items()))


def _full_name(resource: Resource) -> str:
    return f"{resource.namespace}/{resource.name}"
