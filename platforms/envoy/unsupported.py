"""Fields and kinds that are valid for Istio but not translated, by path: refused, never ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from platforms.envoy.route import routes
from platforms.errors import Untranslated
from platforms.istio import hosts
from platforms.istio.gateway_api import filters
from platforms.istio.registry import Proxy
from platforms.istio.resources import GATEWAY_API, SECRET, Resource, ResourceSet
from platforms.istio.schema.object_meta import NAME
from platforms.istio.servers import HTTPS, selects
from platforms.istio.validation import http_match, regex
from platforms.istio.validation.security import values

Refuses = Callable[[Any], bool]
"""Whether a value that stands at a refused path is refused indeed."""

_PORTS = frozenset({80, 8080})
"""The gateway's Service offers 80, its proxy listens on 8080: both are its one port for plain text here."""
_HTTPS_PORTS = frozenset({443, 8443})
_PROTOCOLS = frozenset({"http", "http2", "grpc", HTTPS})
_LISTENERS = {"HTTP": _PORTS, "HTTPS": _HTTPS_PORTS}
_FILE_NAME = re.compile("[A-Za-z0-9_.-]{1,63}")
_GATEWAY_SERVICE = "istio-ingressgateway"
_PARENTS = frozenset({("", "Service"), (GATEWAY_API, "Gateway")})
_BACKENDS = frozenset({("", "Service"), ("networking.istio.io", "Hostname")})
_END_OF_STATUSES = 600
_END_OF_WEIGHTS = 2**32
_CLAIMS = ("request.auth.", "experimental.")
_NO_HEADER = re.compile("[\\x00\\n\\r]")


def _always(_: Any) -> bool:
    return True


def _negative(duration: str) -> bool:
    """Istio passes it on, and Envoy refuses it."""
    return duration.startswith("-")


def _empty(name: str) -> bool:
    """Envoy wants a name."""
    return not name


def _past_the_last_status(status: int) -> bool:
    """Istio's check is one off, Envoy's is not."""
    return status >= _END_OF_STATUSES


def _unreadable(expression: str) -> bool:
    """Istio asks Go about it, and Envoy RE2; `*` stands for any value, and never gets there."""
    return expression != "*" and regex.unreadable(expression)


def _unreadable_condition(condition: Mapping[str, Any]) -> bool:
    """The same in an HTTPRoute."""
    return condition["type"] == "RegularExpression" and _unreadable(condition["value"])


def _no_backend(backend: Mapping[str, Any]) -> bool:
    """A destination for which istiod drops the whole HTTPRoute: a Service without a port, or by its host."""
    is_service = backend["kind"] == "Service"
    known = (backend["group"], backend["kind"]) in _BACKENDS
    return not known or "port" not in backend or (is_service and "." in backend["name"])


def _no_header_value(value: str) -> bool:
    """A text that no header may carry; for it, too, istiod drops the whole HTTPRoute."""
    return any(one != "\t" and (one < " " or one == "\x7f") for one in value)


def _other_port(port: Mapping[str, Any]) -> bool:
    """A port at which the gateway speaks the other protocol; or one for HTTPS by whose name no file can be called."""
    if port["protocol"].lower() != HTTPS:
        return port["number"] not in _PORTS
    return port["number"] not in _HTTPS_PORTS or _FILE_NAME.fullmatch(port["name"]) is None


def _passes_through(server: Mapping[str, Any]) -> bool:
    """TLS that is not ended at the gateway, which is meant where no mode is said."""
    return server["port"]["protocol"].lower() == HTTPS and "mode" not in server.get("tls", {})


def _no_door(listener: Mapping[str, Any]) -> bool:
    """A listener at a port for the other protocol; or one for HTTPS without a certificate, which istiod leaves out."""
    protocol = listener["protocol"]
    return listener["port"] not in _LISTENERS[protocol] or (protocol == "HTTPS" and "tls" not in listener)


def _no_certificate(tls: Mapping[str, Any]) -> bool:
    """TLS that is not ended with one certificate, of one Secret."""
    return [(one["group"], one["kind"]) for one in tls.get("certificateRefs", ())] != [("", SECRET)]


def _elsewhere(credential: str) -> bool:
    """A certificate that is no Secret's beside the gateway."""
    return "/" in credential.removeprefix("kubernetes://")


def _too_heavy(destinations: list[Mapping[str, Any]]) -> bool:
    """Envoy adds weights up in 32 bits."""
    return bool(sum(one.get("weight", 0) for one in destinations) >= _END_OF_WEIGHTS)


def _is_rootless(path: str) -> bool:
    """Istio takes a template that does not begin with one slash, or ends with two, and Envoy dies of it."""
    return values.is_template(path) and (path[0] != "/" or path.startswith("//") or path.endswith("//"))


def _unserved_key(key: str) -> bool:
    """A condition needs a token or another filter; or it names a header as Envoy has none."""
    return key.startswith(_CLAIMS) or _NO_HEADER.search(key) is not None


_POLICY: Mapping[str, Refuses] = {
    "loadBalancer.simple": lambda kind: bool(kind == "PASSTHROUGH"),  # there is no original destination to pass to
    "loadBalancer.localityLbSetting.distribute": _always,
    "loadBalancer.localityLbSetting.failover": _always,
    "loadBalancer.localityLbSetting.failoverPriority": _always,
    "loadBalancer.zoneAwareLbSetting": _always,
    "loadBalancer.consistentHash.httpCookie.ttl": _negative,
    "loadBalancer.consistentHash.httpHeaderName": _empty,
    "loadBalancer.consistentHash.httpQueryParameterName": _empty,
    "retryBudget.budgetInterval": _negative,
    "tls.mode": lambda mode: mode in ("SIMPLE", "MUTUAL"),  # with certificates of somebody's own
    "tunnel": _always,
    "proxyProtocol": _always,
}
_VIRTUAL_SERVICE: Mapping[str, Refuses] = {
    "tcp": bool,
    "tls": bool,
    "http[].mirror_percent": _always,
    "http[].redirect.redirectCode": lambda code: code not in routes.REDIRECTS,  # Envoy has no name for it
    "http[].directResponse.status": _past_the_last_status,
    "http[].fault.abort.httpStatus": _past_the_last_status,
    "http[].route": _too_heavy,
    "http[].match[].headers{}": http_match.is_claim,
    "http[].match[].withoutHeaders{}": http_match.is_claim,
    "http[].match[].queryParams{}": _empty,
    **{
        f"http[].{where}": _unreadable
        for where in (
            *(f"match[].{field}.regex" for field in ("uri", "scheme", "method", "authority")),
            *(f"match[].{fields}{{}}.regex" for fields in ("headers", "withoutHeaders", "queryParams")),
            "corsPolicy.allowOrigins[].regex",
            "rewrite.uriRegexRewrite.match",
        )
    },
}
_DESTINATION_RULE: Mapping[str, Refuses] = {
    "workloadSelector": _always,
    **{
        f"{where}trafficPolicy.{port}{path}": refuses
        for where in ("", "subsets[].")
        for port in ("", "portLevelSettings[].")
        for path, refuses in _POLICY.items()
    },
}
_GATEWAY: Mapping[str, Refuses] = {
    "servers[].tls.mode": lambda mode: bool(mode != "SIMPLE"),
    "servers[].tls.credentialName": _elsewhere,
    **{
        f"servers[].tls.{field}": bool
        for field in (
            *("serverCertificate", "privateKey", "tlsCertificates", "credentialNames", "cipherSuites"),
            *("caCertificates", "caCrl", "caCertCredentialName", "subjectAltNames", "insecureSkipVerify"),
            *("verifyCertificateSpki", "verifyCertificateHash"),
        )
    },
    "servers[].bind": bool,
    "servers[].defaultEndpoint": bool,
    "servers[].port.protocol": lambda protocol: protocol.lower() not in _PROTOCOLS,
    "servers[].port.number": lambda number: number not in _PORTS | _HTTPS_PORTS,
    "servers[].port": _other_port,
    "servers[]": _passes_through,
}
_AUTHORIZATION_POLICY: Mapping[str, Refuses] = {
    "action": lambda action: bool(action == "CUSTOM"),
    "provider": _always,
    "targetRef": _always,
    "targetRefs": bool,
    "rules[].from[].source.requestPrincipals": bool,
    "rules[].from[].source.notRequestPrincipals": bool,
    "rules[].to[].operation.paths[]": _is_rootless,
    "rules[].to[].operation.notPaths[]": _is_rootless,
    "rules[].when[].key": _unserved_key,
}
_KUBERNETES_GATEWAY: Mapping[str, Refuses] = {
    "gatewayClassName": lambda name: bool(name != "istio"),
    "infrastructure": _always,
    "allowedListeners": _always,
    "defaultScope": _always,
    "tls": _always,
    "listeners[].tls.mode": lambda mode: bool(mode != "Terminate"),
    "listeners[].tls.options": bool,  # a certificate that callers must show, among them
    "listeners[].tls": _no_certificate,
    "listeners[].tls.certificateRefs[].name": lambda name: NAME.fullmatch(name) is None,  # no Secret has such a name
    "listeners[].protocol": lambda protocol: protocol not in _LISTENERS,
    "listeners[].port": lambda number: number not in _PORTS | _HTTPS_PORTS,
    "listeners[]": _no_door,
    "listeners[].allowedRoutes.kinds": lambda kinds: bool(kinds) and all(one["kind"] != "HTTPRoute" for one in kinds),
    "listeners[].allowedRoutes.namespaces.from": lambda scope: scope not in ("All", "Same"),
    "listeners[].allowedRoutes.namespaces.selector": bool,  # also beside All, where one that istiod cannot read ends the listener
}
_HTTP_ROUTE: Mapping[str, Refuses] = {
    "useDefaultGateways": _always,
    "parentRefs[]": lambda parent: (parent["group"], parent["kind"]) not in _PARENTS,
    "rules[].sessionPersistence": _always,
    "rules[].filters[].type": lambda kind: kind in ("ExtensionRef", "ExternalAuth"),
    "rules[].filters[].requestMirror.backendRef": _no_backend,
    "rules[].backendRefs[]": _no_backend,
    "rules[].backendRefs[].filters[].type": lambda kind: kind not in filters.HEADERS,
    "rules[].matches[].path": _unreadable_condition,
    "rules[].matches[].headers[]": _unreadable_condition,
    "rules[].matches[].queryParams[]": _unreadable_condition,
    **{
        f"rules[].{where}filters[].{side}HeaderModifier.{verb}[].value": _no_header_value
        for where in ("", "backendRefs[].")
        for side in filters.HEADERS.values()
        for verb in ("set", "add")
    },
}
_REFUSED: Mapping[str, Mapping[str, Refuses]] = {
    "AuthorizationPolicy": _AUTHORIZATION_POLICY,
    "DestinationRule": _DESTINATION_RULE,
    "Gateway": _GATEWAY,
    "HTTPRoute": _HTTP_ROUTE,
    "KubernetesGateway": _KUBERNETES_GATEWAY,
    "PeerAuthentication": {},
    "Secret": {},
    "Service": {},
    "ServiceEntry": {},  # of which entry_limits knows
    "VirtualService": _VIRTUAL_SERVICE,
}
_GRANTED: Mapping[str, tuple[str, ...]] = {
    "HTTPRoute": ("rules[].backendRefs[].namespace", "rules[].filters[].requestMirror.backendRef.namespace"),
    "KubernetesGateway": ("listeners[].tls.certificateRefs[].namespace",),
}
"""Where an object names one that may be of another namespace."""
_STEP = re.compile(r"([^.\[{]+)(\[\]|\{\})?\.?")


def refuse(resources: ResourceSet, gateway: Proxy) -> None:
    """Raise Untranslated for the first thing that is not translated, with file, object and path.

    A Gateway that does not select `gateway` concerns nobody.
    """
    for resource in resources:
        if resource.collection not in _REFUSED:
            raise Untranslated(f"{resource}: kind {resource.kind} is not supported")
        if resource.collection != "Gateway" or selects(resource, gateway):
            _refuse_fields(resource)
        for pattern in _GRANTED.get(resource.collection, ()):
            _refuse_grants(resource, pattern)
        if resource.collection == "KubernetesGateway":
            _refuse_addresses(resource, gateway.namespace)


def _refuse_fields(resource: Resource) -> None:
    for pattern, refuses in _REFUSED[resource.collection].items():
        for path, value in _at(resource.spec, pattern, "spec"):
            if refuses(value):
                raise Untranslated(f"{resource}: {path}{_said(value)}: not supported")


def _refuse_grants(resource: Resource, pattern: str) -> None:
    """Refuse what is of another namespace, which needs a ReferenceGrant there."""
    for path, namespace in _at(resource.spec, pattern, "spec"):
        if namespace != resource.namespace:
            raise Untranslated(f"{resource}: {path}: {namespace}: not supported")


def _refuse_addresses(resource: Resource, namespace: str) -> None:
    """Refuse an address that is not the ingress gateway's Service, or not said in its namespace: istiod takes no notice of it."""
    for path, address in _at(resource.spec, "addresses[]", "spec"):
        name = address.get("value", "")
        is_ours = hosts.fqdn(name, namespace) == hosts.service(_GATEWAY_SERVICE, namespace)
        if address["type"] != "Hostname" or not is_ours or resource.namespace != namespace:
            raise Untranslated(f"{resource}: {path}{_said(name)}: not supported")


def _at(value: Any, pattern: str, path: str) -> Iterator[tuple[str, Any]]:
    """Every value at `pattern`, with its path: `[]` is every item of a list, `{}` every name of a mapping, or what it names."""
    step = _STEP.match(pattern)
    if step is None:
        yield path, value
        return
    name, many, rest = step[1], step[2], pattern[step.end() :]
    if name not in value:
        return
    here = f"{path}.{name}"
    if many == "[]":
        for number, item in enumerate(value[name]):
            yield from _at(item, rest, f"{here}[{number}]")
    elif many == "{}":
        for key, one in value[name].items():
            yield from _at(one, rest, f"{here}.{key}") if rest else ((f"{here}.{key}", key),)
    else:
        yield from _at(value[name], rest, here)


def _said(value: Any) -> str:
    """The value itself where it is what makes the difference."""
    if value == "":
        return ': ""'
    return f": {value}" if isinstance(value, str | int) and not isinstance(value, bool) else ""
