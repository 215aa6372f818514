"""The complaints of Istio's webhook about an AuthorizationPolicy, in its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from platforms.istio.resources import DRY_RUN, Resource
from platforms.istio.validation.security import values

_MEANINGLESS = (
    "{} action without `rules` is meaningless as it will never be triggered, "
    "add an empty rule `{{}}` if you want it be triggered for every request"
)
_TARGETS = (
    ("core/v1/Service", "core"),
    ("networking.istio.io/v1/ServiceEntry", "networking.istio.io"),
    ("gateway.networking.k8s.io/v1/Gateway", "gateway.networking.k8s.io"),
    ("gateway.networking.k8s.io/v1/GatewayClass", "gateway.networking.k8s.io"),
)
_TRIED = ("ALLOW", "DENY")
_BOOLEANS = frozenset({*("1", "t", "T", "TRUE", "true", "True"), *("0", "f", "F", "FALSE", "false", "False")})
"""What Go reads as one."""
_NOT_WITH_CUSTOM = ("namespaces", "serviceAccounts", "trustDomains", "principals", "requestPrincipals")
_KEYS_NOT_WITH_CUSTOM = ("source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal")


def complaints(policy: Resource) -> Iterator[str]:
    """Everything wrong with the policy."""
    for complaint in _policy(policy.spec):
        yield f"invalid policy {policy.name}.{policy.namespace}: {complaint}"


def on_trial(resource: Resource) -> Iterator[str]:
    """The complaint about the annotation by which a policy is only to be tried, on any object."""
    value, where = resource.dry_run, f"{resource.namespace}/{resource.name}"
    action = resource.spec.get("action", "ALLOW")
    if value is None:
        return
    if resource.kind != "AuthorizationPolicy":
        yield f"{where} has unsupported annotation {DRY_RUN}, please remove the annotation"
    elif action not in _TRIED:
        yield f"the annotation {DRY_RUN} currently only supports action ALLOW/DENY, found action {action} in {where}"
    elif value not in _BOOLEANS:
        reason = f'strconv.ParseBool: parsing "{value}": invalid syntax'
        yield f"{where} has annotation {DRY_RUN} with invalid value ({value}): {reason}"


def negated(field: str) -> str:
    """The field that says the opposite of another."""
    return f"not{field[0].upper()}{field[1:]}"


def _policy(spec: Mapping[str, Any]) -> Iterator[str]:
    action, rules = spec.get("action", "ALLOW"), spec.get("rules", ())
    for reference in filter(None, (spec.get("targetRef"), *spec.get("targetRefs", ()))):
        yield from _target(reference)
    if action == "CUSTOM":
        yield from _custom(spec)
    elif "provider" in spec:
        yield f"`provider` must not be with non CUSTOM action, found {action}"
    if action == "DENY" and not rules:
        yield _MEANINGLESS.format(action)
    for number, rule in enumerate(rules):
        for one in rule.get("from", ()):
            yield from _source(one.get("source"), f"found at rule {number}")
        for one in rule.get("to", ()):
            yield from _operation(one.get("operation"), f"found at rule {number}")
        for condition in rule.get("when", ()):
            yield from _condition(condition)


def _target(reference: Mapping[str, Any]) -> Iterator[str]:
    group, kind = reference.get("group", ""), reference["kind"]
    if not any(target.endswith(f"/{kind}") and of == (group or "core") for target, of in _TARGETS):
        allowed = " ".join(target for target, _ in _TARGETS)
        yield f"targetRef must be to one of [{allowed}] but was {group}/{kind}"


def _custom(spec: Mapping[str, Any]) -> Iterator[str]:
    rules = spec.get("rules", ())
    if not rules:
        yield _MEANINGLESS.format("CUSTOM")
    elif not spec.get("provider", {}).get("name"):
        yield "`provider.name` must not be empty"
    for rule in rules:
        for one in rule.get("from", ()):
            for field in (name for plain in _NOT_WITH_CUSTOM for name in (plain, negated(plain))):
                if one.get("source", {}).get(field):
                    yield f"From.{field[0].upper()}{field[1:]} is currently not supported with CUSTOM action"
        for condition in rule.get("when", ()):
            key = condition["key"]
            if key in _KEYS_NOT_WITH_CUSTOM or key.startswith("request.auth."):
                yield f"{key} is currently not supported with CUSTOM action"


def _source(source: Mapping[str, Any] | None, where: str) -> Iterator[str]:
    if source is None:
        yield f"`from.source` must not be nil, {where}"
        return
    if not any(source.values()):
        yield f"`from.source` must not be empty, {where}"
    for field in ("ipBlocks", "remoteIpBlocks"):
        yield from values.addresses((*source.get(field, ()), *source.get(negated(field), ())))
    yield from _each(source, _SOURCE)


def _operation(operation: Mapping[str, Any] | None, where: str) -> Iterator[str]:
    if operation is None:
        yield f"`to.operation` must not be nil, {where}"
        return
    if not any(operation.values()):
        yield f"`to.operation` must not be empty, {where}"
    yield from values.ports((*operation.get("ports", ()), *operation.get("notPorts", ())))
    yield from _each(operation, _OPERATION)


def _each(
    fields: Mapping[str, Any], checks: Mapping[str, Callable[[str, values.Values], Iterator[str]]]
) -> Iterator[str]:
    for plain, check in checks.items():
        for field in (plain, negated(plain)):
            yield from check(f"{field[0].upper()}{field[1:]}", fields.get(field, ()))


def _path(name: str, given: values.Values) -> Iterator[str]:
    yield from values.empty(name, given)
    yield from values.paths(name, given)


_SOURCE = {
    "principals": values.empty,
    "requestPrincipals": values.empty,
    "namespaces": values.empty,
    "serviceAccounts": values.service_accounts,
    "trustDomains": values.trust_domains,
    "ipBlocks": values.empty,
    "remoteIpBlocks": values.empty,
}
_OPERATION = {"ports": values.empty, "methods": values.empty, "hosts": values.empty, "paths": _path}


def _condition(condition: Mapping[str, Any]) -> Iterator[str]:
    key = condition["key"]
    if not key:
        yield "`key` must not be empty"
    elif not condition.get("values") and not condition.get("notValues"):
        yield f"at least one of `values` or `notValues` must be set for key {key}"
    else:
        for field, named in (("values", "value"), ("notValues", "notValue")):
            for complaint in values.attribute(key, condition.get(field, ())):
                yield f"invalid `{named}` for `key` {key}: {complaint}"
