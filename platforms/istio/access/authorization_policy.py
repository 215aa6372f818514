"""AuthorizationPolicies, and which of them a proxy obeys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platforms.istio.registry import ROOT_NAMESPACE, Proxy
from platforms.istio.resources import Resource

Rule = Mapping[str, Any]
"""From whom, to what and when, as it stands in a policy."""


@dataclass(frozen=True, slots=True)
class AuthorizationPolicy:
    """A policy about the requests that proxies take."""

    name: str
    namespace: str
    action: str
    selector: Mapping[str, str]
    """The labels of the workloads that obey it; without any, all of its namespace do."""
    rules: Sequence[Rule]
    is_dry_run: bool
    """Whether it is only to be seen what it would do."""


def authorization_policy(resource: Resource) -> AuthorizationPolicy:
    """Read a validated AuthorizationPolicy."""
    spec = resource.spec
    return AuthorizationPolicy(
        name=resource.name,
        namespace=resource.namespace,
        action=spec.get("action", "ALLOW"),
        selector=spec.get("selector", {}).get("matchLabels", {}),
        rules=spec.get("rules", ()),
        is_dry_run=resource.is_dry_run,
    )


def obeyed(policies: Iterable[AuthorizationPolicy], proxy: Proxy) -> tuple[AuthorizationPolicy, ...]:
    """The policies of the proxy's namespace and of the root namespace that select it."""
    return tuple(
        policy
        for policy in policies
        if policy.namespace in (ROOT_NAMESPACE, proxy.namespace) and policy.selector.items() <= proxy.labels.items()
    )
