"""Remarks on mTLS and authorization: policies that do more, or less, than they seem to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from platforms.istio.access.authorization_policy import authorization_policy, obeyed
from platforms.istio.analysis.message import Finding, missing
from platforms.istio.registry import Registry
from platforms.istio.resources import Resource

_FOR_HTTP_ALONE = frozenset({"requestPrincipals", "notRequestPrincipals", "trustDomains", "notTrustDomains"})
_KUBERNETES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""The namespaces that every cluster has."""
_OF_TCP = frozenset({"ports", "notPorts"})
_ALL_PORTS = (
    "configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP "
    "attributes in a DENY rule; it is recommended to explicitly specify the port"
)


def of_authorization_policy(policy: Resource) -> Iterator[Finding]:
    """The remarks on an AuthorizationPolicy."""
    yield from _selector(policy)
    if policy.spec.get("action") == "DENY" and any(map(_denies_all_ports, policy.spec.get("rules", ()))):
        yield _warning(policy, _ALL_PORTS)


def of_peer_authentication(peers: Resource) -> Iterator[Finding]:
    """The remarks on a PeerAuthentication."""
    yield from _selector(peers)


def unmatched(policy: Resource, registry: Registry) -> Iterator[Finding]:
    """The remarks on an AuthorizationPolicy that is about nobody, and on the namespaces that it names in vain."""
    labels: Mapping[str, str] = policy.spec.get("selector", {}).get("matchLabels", {})
    if not any(obeyed([authorization_policy(policy)], proxy) for proxy in registry.proxies):
        told = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        message = f"No matching workloads for this resource with the following labels: {told}"
        yield Finding("IST0127", "Warning", message, str(policy))
    for rule in policy.spec.get("rules", ()):
        for source in (one["source"] for one in rule.get("from", ())):
            for name in (*source.get("namespaces", ()), *source.get("notNamespaces", ())):
                if not any(_names(name, one) for one in (*registry.namespaces, *_KUBERNETES)):
                    yield missing(policy, "namespace", name)


def _names(pattern: str, namespace: str) -> bool:
    if pattern.startswith("*"):
        return namespace.endswith(pattern[1:])
    if pattern.endswith("*"):
        return namespace.startswith(pattern[:-1])
    return namespace.lower() == pattern.lower()


def _selector(resource: Resource) -> Iterator[Finding]:
    if "selector" in resource.spec and not resource.spec["selector"].get("matchLabels"):
        yield _warning(resource, "workload selector specified without labels")


def _denies_all_ports(rule: Mapping[str, Any]) -> bool:
    """Tell whether all that a rule says is about HTTP, of which nothing is known elsewhere."""
    sources = [one["source"] for one in rule.get("from", ())]
    operations = [one["operation"] for one in rule.get("to", ())]
    if operations:
        return not any(operation.get(field) for operation in operations for field in _OF_TCP)
    return bool(sources) and not any(source[field] for source in sources for field in source.keys() - _FOR_HTTP_ALONE)


def _warning(resource: Resource, message: str) -> Finding:
    return Finding("IST0133", "Warning", f"Schema validation warning: {message}", str(resource))
