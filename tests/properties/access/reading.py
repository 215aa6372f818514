"""AuthorizationPolicies read as Istio's reference reads: whether one request is let in, without any Envoy.

Written from Istio's documentation, and on purpose not from our translation: nothing is shared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from platforms.istio.resources import Resource

LABELS = {"app": "details", "version": "v1"}
"""Of the workload that is asked."""
_WHERE = ("bookinfo", "istio-system")
"""Its namespace, and the one whose policies are for all."""
_MESH = "cluster.local"


@dataclass(frozen=True)
class Caller:
    """A namespace and a service account, by which a certificate names whoever calls."""

    namespace: str
    account: str

    @property
    def principal(self) -> str:
        return f"{_MESH}/ns/{self.namespace}/sa/{self.account}"


@dataclass(frozen=True)
class Request:
    """A request, and whose it is."""

    method: str
    target: str
    host: str
    headers: Mapping[str, str]
    caller: Caller | None
    """None without mutual TLS."""
    server_name: str
    """What the caller of a TLS connection asks for; empty without."""
    address: str
    forwarded_for: str

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def client(self) -> str:
        """The address of whoever is the last that a proxy before has seen."""
        return self.forwarded_for.rpartition(",")[2].strip() or self.address


@dataclass(frozen=True)
class Door:
    """Where the request arrives."""

    address: str
    port: int


def is_let_in(policies: Iterable[Resource], request: Request, door: Door) -> bool:
    """Whether no policy denies the request, and one allows it if any is there to allow anything."""
    acting = [one for one in policies if _is_about_the_workload(one) and one.dry_run not in ("true", "T", "1")]
    by_action: dict[str, list[Resource]] = {}
    for one in acting:
        by_action.setdefault(one.spec.get("action", "ALLOW"), []).append(one)
    reading = {
        action: [_Reading(one, request, door).matches() for one in several] for action, several in by_action.items()
    }
    return not any(reading.get("DENY", ())) and ("ALLOW" not in reading or any(reading["ALLOW"]))


def _is_about_the_workload(policy: Resource) -> bool:
    labels = policy.spec.get("selector", {}).get("matchLabels", {})
    is_authorization = policy.kind == "AuthorizationPolicy" and policy.namespace in _WHERE
    return is_authorization and all(LABELS.get(name) == value for name, value in labels.items())


@dataclass(frozen=True)
class _Reading:
    """One policy, held against one request."""

    policy: Resource
    request: Request
    door: Door

    def matches(self) -> bool:
        return any(
            self._any_of(rule.get("from"), "source")
            and self._any_of(rule.get("to"), "operation")
            and all(self._holds(condition) for condition in rule.get("when", ()))
            for rule in self.policy.spec.get("rules", ())
        )

    def _any_of(self, several: list[dict[str, Any]] | None, name: str) -> bool:
        return not several or any(
            all(self._meets(field, values) for field, values in one[name].items()) for one in several
        )

    def _meets(self, field: str, values: list[str]) -> bool:
        if not values:
            return True
        if field.startswith("not"):
            return not self._meets(f"{field[3].lower()}{field[4:]}", values)
        return any(self._is(_ATTRIBUTES[field], value) for value in values)

    def _holds(self, condition: dict[str, Any]) -> bool:
        key = condition["key"]
        if key.startswith("request.headers") and not key.startswith("request.headers["):
            # Of no request is anything known by this name: it can be no reason to allow one, nor to spare one.
            return bool(self.policy.spec.get("action", "ALLOW") != "ALLOW")
        wanted, unwanted = condition.get("values", ()), condition.get("notValues", ())
        return (not wanted or any(self._is(key, value) for value in wanted)) and not any(
            self._is(key, value) for value in unwanted
        )

    def _is(self, key: str, value: str) -> bool:  # noqa: C901, PLR0911  # one for each attribute
        request, caller = self.request, self.request.caller
        match key:
            case "source.principal":
                return caller is not None and _is_principal(value, caller)
            case "source.namespace":
                return caller is not None and _has_stars(value, caller.namespace)
            case "source.serviceAccount":
                namespace, _, account = value.rpartition("/")
                return caller == Caller(namespace or self.policy.namespace, account)
            case "source.trustDomain":
                return caller is not None and _globbed(value, _MESH)
            case "source.ip":
                return _is_in(request.address, value)
            case "remote.ip":
                return _is_in(request.client, value)
            case "destination.ip":
                return _is_in(self.door.address, value)
            case "destination.port":
                return int(value) == self.door.port
            case "connection.sni":
                return _globbed(value, request.server_name)
            case "host":
                return value == "*" or _globbed(value.lower(), request.host.lower())
            case "method":
                return _globbed(value, request.method)
            case "path":
                return _is_path(value, request.path)
        headers = {name.lower(): one for name, one in request.headers.items()} | {":path": request.target}
        name = key.removeprefix("request.headers[").removesuffix("]").lower()
        return name in headers and (value == "*" or _globbed(value, headers[name]))


_ATTRIBUTES = {
    "principals": "source.principal",
    "namespaces": "source.namespace",
    "serviceAccounts": "source.serviceAccount",
    "trustDomains": "source.trustDomain",
    "ipBlocks": "source.ip",
    "remoteIpBlocks": "remote.ip",
    "hosts": "host",
    "methods": "method",
    "paths": "path",
    "ports": "destination.port",
}


def _globbed(pattern: str, text: str) -> bool:
    """A star alone is any text but the empty one; else one at either end."""
    if pattern == "*":
        return text != ""
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _is_principal(value: str, caller: Caller) -> bool:
    domain, slash, rest = value.partition("/")
    if slash and rest.count("/") == 3 and domain.endswith("*") and len(domain) > 1:  # ns, its name, sa, its name
        return _globbed(domain, _MESH) and _globbed(rest, caller.principal.partition("/")[2])
    return _globbed(value, caller.principal)


def _has_stars(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def _is_in(address: str, block: str) -> bool:
    network = ip_network(block.partition("%")[0], strict=False)
    return ip_address(address).version == network.version and ip_address(address) in network


def _is_path(value: str, path: str) -> bool:
    if "{*}" not in value and "{**}" not in value:
        return _globbed(value, path)
    parts = {"{*}": "[^/]+", "{**}": ".*"}
    return re.fullmatch("/".join(parts.get(one, re.escape(one)) for one in value.split("/")), path) is not None
