"""The RBAC filters before a proxy's app, from the policies that it obeys: AUDIT, then DENY, then ALLOW."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from platforms.envoy.authorization import rules
from platforms.istio.access.authorization_policy import AuthorizationPolicy, obeyed
from platforms.istio.push_context import PushContext
from platforms.istio.registry import Proxy

NAME = "envoy.filters.http.rbac"

_TYPE = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"
_ACTIONS = {"AUDIT": "LOG", "DENY": "DENY", "ALLOW": "ALLOW"}
"""Istio's and Envoy's names, in the order in which a request is asked about."""
_TRIAL = {"DENY": "istio_dry_run_deny_", "ALLOW": "istio_dry_run_allow_"}
"""The prefix of the statistics of policies that are only tried; those of an AUDIT cannot be."""


def filters(push: PushContext, proxy: Proxy) -> list[dict[str, Any]]:
    """The HTTP filters that take or refuse a request, in their order; none where no policy is about this proxy."""
    found = obeyed(push.authorization_policies, proxy)
    return [
        {"name": NAME, "typedConfig": _rbac(action, of_action)}
        for action in _ACTIONS
        if (of_action := [policy for policy in found if policy.action == action])
    ]


def _rbac(action: str, policies: Iterable[AuthorizationPolicy]) -> dict[str, Any]:
    enforced = [policy for policy in policies if not policy.is_dry_run]
    on_trial = [policy for policy in policies if policy.is_dry_run]
    filled: dict[str, Any] = {"@type": _TYPE}
    if enforced:
        filled["rules"] = _rules(action, enforced)
    if on_trial:
        filled["shadowRules"] = _rules(action, on_trial)
        filled["shadowRulesStatPrefix"] = _TRIAL[action]
    return filled


def _rules(action: str, policies: Iterable[AuthorizationPolicy]) -> dict[str, Any]:
    named = {}
    for policy in policies:
        of_rules = (rules.translated(rule, policy) for rule in policy.rules)
        for number, one in enumerate(of_rules if policy.rules else (rules.NEVER,)):
            if one is not None:
                named[f"ns[{policy.namespace}]-policy[{policy.name}]-rule[{number}]"] = one
    return {"action": _ACTIONS[action], "policies": named}
