"""Hints on rules that do what Istio says, and not what their author meant; Istio itself is silent about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from platforms.istio import hosts
from platforms.istio.analysis import strangers, unattached
from platforms.istio.gateway_names import MESH
from platforms.istio.push_context import PushContext
from platforms.istio.registry import Registry
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.servers import selects

_EXACT = ("exact", "prefix")


def hints(resources: ResourceSet, registry: Registry) -> Iterator[str]:
    """Yield a sentence for each thing that is likely not meant; the baseline's own rules are meant."""
    push = PushContext.of(resources, registry)
    for resource in resources:
        if not resource.is_baselines:
            yield from (f"{resource}: {said}" for said in _of(resource, resources, push))


def _of(resource: Resource, resources: ResourceSet, push: PushContext) -> Iterator[str]:
    if resource.collection == "Gateway" and selects(resource, push.registry.gateway):
        yield from _redirected(resource, push)
    if resource.kind == "HTTPRoute":
        yield from unattached.hints(resource, resources, push)
    if resource.kind == "AuthorizationPolicy":
        yield from strangers.hints(resource, push.registry)
    if resource.kind in ("VirtualService", "DestinationRule"):
        yield from _elsewhere(resource, push.registry)
    if resource.kind == "VirtualService":
        for number, http in enumerate(resource.spec.get("http", ())):
            for said in (*_fault(http), *_split(resource, http, push), *_matches(http), *_ports(resource, http, push)):
                yield f"spec.http[{number}]: {said}"


def _redirected(gateway: Resource, push: PushContext) -> Iterator[str]:
    """Tell of redirects that lead nowhere, for no server speaks HTTPS."""
    if any(one.termination for one in push.servers):
        return
    for number, server in enumerate(gateway.spec.get("servers", ())):
        if server.get("tls", {}).get("httpsRedirect"):
            yield (
                f"spec.servers[{number}].tls.httpsRedirect: whoever asks for {', '.join(server['hosts'])} is sent to https "
                "(301), where nobody answers: no server of a Gateway has the protocol HTTPS"
            )


def _elsewhere(resource: Resource, registry: Registry) -> Iterator[str]:
    """A short name is completed by the namespace of the rule, which most tutorials leave at default."""
    spec = resource.spec
    named = [*spec.get("hosts", ()), *([spec["host"]] if "host" in spec else [])]
    for name in named:
        here = hosts.fqdn(name, registry.namespace)
        if here in registry.hosts and hosts.fqdn(name, resource.namespace) != here:
            yield (
                f"host {name} is no Service of namespace {resource.namespace}: it is one of namespace "
                f"{registry.namespace}; leave metadata.namespace out, or say {here}"
            )


def _fault(http: Mapping[str, Any]) -> Iterator[str]:
    given = [field for field in ("timeout", "retries") if http.get(field)]
    if http.get("fault") and given:
        yield f"the fault is injected before the call is made, so {' and '.join(given)} beside it cannot act on it"


def _split(resource: Resource, http: Mapping[str, Any], push: PushContext) -> Iterator[str]:
    """Of a split, each request draws its version anew, whatever a hash then says within that version."""
    weighted = [one["destination"] for one in http.get("route", ()) if one.get("weight", 0)]
    if len(weighted) < 2:  # noqa: PLR2004  # one is no split
        return
    full = {hosts.fqdn(one["host"], resource.namespace) for one in weighted}
    for rule in push.destination_rules:
        policies = (rule.policy, *(one.get("trafficPolicy", {}) for one in rule.subsets))
        if rule.host in full and any(one.get("loadBalancer", {}).get("consistentHash") for one in policies):
            yield (
                f"its weights are drawn for every request, before the hash of the DestinationRule for {rule.host}: "
                "nobody stays on one version"
            )
            return


def _ports(resource: Resource, http: Mapping[str, Any], push: PushContext) -> Iterator[str]:
    """Tell of a destination that names no port: a sidecar then takes the one on which it is called itself."""
    registry, gateways = push.registry, resource.spec.get("gateways") or (MESH,)
    called = (hosts.fqdn(name, resource.namespace) for name in resource.spec.get("hosts", ()))
    if MESH not in gateways or not any(hosts.matches(name, one) for name in called for one in registry.hosts):
        return
    for one in http.get("route", ()):
        host = hosts.fqdn(one["destination"]["host"], resource.namespace)
        callee = push.callees.get(host)
        if "port" not in one["destination"] and callee and callee.ports and callee.port(registry.port) is None:
            yield (
                f"host {host} has no port {registry.port}, on which this is called, so its share of the requests is answered "
                f"with 503: say port: {{number: {callee.ports[0].number}}} beside it"
            )


def _matches(http: Mapping[str, Any]) -> Iterator[str]:
    for match in http.get("match", ()):
        prefix = match.get("uri", {}).get("prefix", "")
        if "*" in prefix:
            yield f"uri prefix {prefix}: its * is a plain character; a prefix matches whatever begins with it anyway"
        for name, condition in match.get("headers", {}).items():
            for value in (condition.get(kind, "") for kind in _EXACT):
                if not value.isascii():
                    sent = "".join(one if one.isascii() else quote(one) for one in value)
                    yield f"header {name}: {value} never comes as it is: what is not ASCII travels percent-encoded, {sent}"
