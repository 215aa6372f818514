"""The attributes of a request that rules are about, each with what Envoy compares for a value of it.

A permission is about what is asked for, a principal about who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from platforms.envoy.authorization import matchers
from platforms.istio.registry import TRUST_DOMAIN

Match = Callable[[str, str], dict[str, Any] | None]
"""From a value, and the namespace of the policy that says it, to a permission or principal; None where Istio has none."""

_HEADERS = "request.headers"
_PARTS = 5
"""Of a full identity: `cluster.local/ns/default/sa/default`."""


def _header(name: str, *, ignore_case: bool = False) -> Match:
    return lambda value, _: {"header": matchers.header(name, value, ignore_case=ignore_case)}


def _authenticated(match: dict[str, Any]) -> dict[str, Any]:
    return {"authenticated": {"principalName": match}}


def _principal(value: str, _: str) -> dict[str, Any]:
    return _authenticated(matchers.principal(_of_this_mesh(value)))


def _of_this_mesh(value: str) -> str:
    """A trust domain of which only the beginning is written, and which ours begins with, is ours."""
    parts = value.split("/")
    domain = parts[0]
    if len(parts) == _PARTS and domain.endswith("*") and domain != "*" and TRUST_DOMAIN.startswith(domain[:-1]):
        return "/".join((TRUST_DOMAIN, *parts[1:]))
    return value


def _namespace(value: str, _: str) -> dict[str, Any]:
    named = ".*".join(map(matchers.quoted, value.split("*")))
    return _authenticated(matchers.regex(f".*/ns/{named}/.*"))


def _service_account(value: str, namespace: str) -> dict[str, Any]:
    given, slash, account = value.rpartition("/")
    where, who = matchers.quoted(given if slash else namespace), matchers.quoted(account)
    return _authenticated(matchers.regex(f"spiffe://.+/ns/{where}/(.+/|)sa/{who}(/.+)?"))


def _trust_domain(value: str, _: str) -> dict[str, Any]:
    if value == "*":
        return _authenticated({"prefix": "spiffe://"})
    if "*" not in value:
        return _authenticated({"prefix": f"spiffe://{value}/"})
    named = "[^/]*".join(map(matchers.quoted, value.split("*")))
    return _authenticated(matchers.regex(f"spiffe://{named}/.*"))


def _peer(value: str, _: str) -> dict[str, Any]:
    return {"directRemoteIp": matchers.addresses(value)}


def _client(value: str, _: str) -> dict[str, Any]:
    return {"remoteIp": matchers.addresses(value)}


def _path(value: str, _: str) -> dict[str, Any]:
    return matchers.path(value)


def _port(value: str, _: str) -> dict[str, Any]:
    return {"destinationPort": int(value)}


def _destination(value: str, _: str) -> dict[str, Any]:
    return {"destinationIp": matchers.addresses(value)}


def _server_name(value: str, _: str) -> dict[str, Any]:
    return {"requestedServerName": matchers.text(value)}


SOURCE: Mapping[str, Match] = {
    "principals": _principal,
    "serviceAccounts": _service_account,
    "trustDomains": _trust_domain,
    "namespaces": _namespace,
    "remoteIpBlocks": _client,
    "ipBlocks": _peer,
}
"""The principals of a `from`, in istiod's order."""

OPERATION: Mapping[str, Match] = {
    "hosts": _header(":authority", ignore_case=True),
    "methods": _header(":method"),
    "paths": _path,
    "ports": _port,
}
"""The permissions of a `to`, in istiod's order."""

OF_DESTINATION: Mapping[str, Match] = {
    "destination.ip": _destination,
    "destination.port": _port,
    "connection.sni": _server_name,
}
"""The permissions of a `when`; all else there is a principal."""

_OF_SOURCE: Mapping[str, Match] = {
    "source.ip": _peer,
    "remote.ip": _client,
    "source.namespace": _namespace,
    "source.trustDomain": _trust_domain,
    "source.serviceAccount": _service_account,
    "source.principal": _principal,
}


def of_source(key: str) -> Match:
    """The principal of a `when`, by its key."""
    if key in _OF_SOURCE:
        return _OF_SOURCE[key]
    name = key.removeprefix(_HEADERS)
    if name.startswith("["):
        return _header(name[1:-1])
    return lambda *_: None  # the webhook takes `request.headersX[name]`, and istiod then has nothing to compare
