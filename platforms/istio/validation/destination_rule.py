"""The complaints of Istio's webhook about a DestinationRule, in its words.

Of what is not translated anyway (`platforms/envoy/unsupported.py`) the finer points are left to Istio.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isqrt
from typing import Any

from platforms.istio import durations, hosts
from platforms.istio.validation import fields

_PARTS = ("connectionPool", "loadBalancer", "outlierDetection", "tls")
_MORE_PARTS = (*_PARTS, "portLevelSettings", "tunnel", "proxyProtocol", "retryBudget")
_LARGEST_TABLE = 5_000_011
_MILLISECOND = 10**6
_CONFIG_MAP = "configmap://"


def complaints(spec: Mapping[str, Any], namespace: str) -> Iterator[str]:
    """Everything wrong with the spec of a DestinationRule."""
    yield from fields.domain(spec["host"])
    if "trafficPolicy" in spec:
        yield from _policy(spec["trafficPolicy"], namespace)
    seen: set[str] = set()
    for subset in spec.get("subsets", ()):
        name = subset["name"]
        if name in seen:
            yield f"duplicate subset names: {name}"
        seen.add(name)
        if not name:
            yield "subset name cannot be empty"
        elif not fields.is_dns_label(name):
            yield f"subset name is invalid: {name}"
        yield from fields.labels(subset.get("labels", {}))
        if "trafficPolicy" in subset:
            yield from _policy(subset["trafficPolicy"], namespace)
    yield from fields.exported_to(spec, namespace)


def _policy(policy: Mapping[str, Any], namespace: str) -> Iterator[str]:
    # To Go an empty list is none, while an empty object is one.
    if not any(policy[part] != [] for part in set(_MORE_PARTS) & set(policy)):
        yield "traffic policy must have at least one field"
        return
    if {"tunnel", "proxyProtocol"} <= set(policy):
        yield "tunnel and proxyProtocol must not be set together"
        return
    yield from _parts(policy, namespace)
    for setting in policy.get("portLevelSettings", ()):
        if "port" not in setting:
            yield "portTrafficPolicy must have valid port"
        if set(_PARTS) & set(setting):
            yield from _parts(setting, namespace)
        else:
            yield "port traffic policy must have at least one field"
    if "tunnel" in policy:
        yield from _tunnel(policy["tunnel"])


def _tunnel(tunnel: Mapping[str, Any]) -> Iterator[str]:
    if tunnel.get("protocol", "") not in ("", "CONNECT", "POST"):
        yield 'tunnel protocol must be "CONNECT" or "POST"'
    host = tunnel["targetHost"]
    if not hosts.is_address(host):
        for wrong in fields.domain(host, wildcard=False):
            yield f"tunnel target host must be valid FQDN or IP address: {wrong}; {host} is not a valid IP"
    for wrong in fields.port(tunnel["targetPort"]):
        yield f"tunnel target port is invalid: {wrong}"


def _parts(policy: Mapping[str, Any], namespace: str) -> Iterator[str]:
    yield from _outlier_detection(policy.get("outlierDetection", {}))
    if "connectionPool" in policy:
        yield from _connection_pool(policy["connectionPool"])
    yield from _load_balancer(policy.get("loadBalancer", {}))
    yield from _tls(policy.get("tls", {}), namespace)


def _outlier_detection(outlier: Mapping[str, Any]) -> Iterator[str]:
    yield from _durations(outlier, "baseEjectionTime", "interval")
    if outlier.get("consecutiveLocalOriginFailures", 0) and not outlier.get("splitExternalLocalOriginErrors"):
        yield (
            "outlier detection consecutive local origin failures is specified, "
            "but split external local origin errors is set to false"
        )
    for field in ("maxEjectionPercent", "minHealthPercent"):
        if not 0 <= outlier.get(field, 0) <= 100:  # noqa: PLR2004  # percent
            yield f"percentage {outlier[field]} is not in range 0..100"


def _connection_pool(pool: Mapping[str, Any]) -> Iterator[str]:
    if not pool:
        yield "connection pool must have at least one field"
    yield from _http_pool(pool.get("http", {}))
    yield from _tcp_pool(pool.get("tcp", {}))


def _http_pool(http: Mapping[str, Any]) -> Iterator[str]:
    for field, named in (
        ("http1MaxPendingRequests", "http1 max pending requests"),
        ("http2MaxRequests", "http2 max requests"),
        ("maxRequestsPerConnection", "max requests per connection"),
        ("maxRetries", "max retries"),
        ("maxConcurrentStreams", "max concurrent streams"),
    ):
        if http.get(field, 0) < 0:
            yield f"{named} must be non-negative"
    yield from _durations(http, "idleTimeout")
    if http.get("h2UpgradePolicy") == "UPGRADE" and http.get("useClientProtocol"):
        yield "use client protocol must not be true when H2UpgradePolicy is UPGRADE"
    if (keepalive := http.get("http2KeepAlive")) is not None:
        missing = (field for field in ("interval", "timeout") if field not in keepalive)
        yield from (f"http2 keepalive {field} is required" for field in missing)
        yield from _durations(keepalive, "interval", "timeout")


def _tcp_pool(tcp: Mapping[str, Any]) -> Iterator[str]:
    if tcp.get("maxConnections", 0) < 0:
        yield "max connections must be non-negative"
    yield from _durations(tcp, "connectTimeout", "maxConnectionDuration")
    if abs(durations.nanoseconds(tcp.get("idleTimeout", "0")) or 0) >= _MILLISECOND:  # less is none at all
        yield from _durations(tcp, "idleTimeout")
    yield from _durations(tcp.get("tcpKeepalive", {}), "time", "interval")


def _durations(values: Mapping[str, Any], *keys: str) -> Iterator[str]:
    for field in keys:
        if field in values:
            yield from fields.duration(values[field])


def _load_balancer(balancer: Mapping[str, Any]) -> Iterator[str]:
    consistent = balancer.get("consistentHash", {})
    if "httpCookie" in consistent:
        yield from _cookie(consistent["httpCookie"])
    if consistent.get("minimumRingSize") and {"ringHash", "maglev"} & set(consistent):
        yield "only one of MinimumRingSize or Maglev/Ringhash can be specified"
    if "maglev" in consistent:
        size = consistent["maglev"].get("tableSize", 0)
        if size == 0:
            yield "tableSize must be set for maglev"
        if size >= _LARGEST_TABLE:
            yield "tableSize must be less than 5000011 for maglev"
        if not _is_prime(size):
            yield "tableSize must be a prime number for maglev"
    if "warmup" in balancer:
        yield from fields.duration(balancer["warmup"]["duration"])
        if balancer["warmup"].get("aggression", 1) <= 0:
            yield "aggression should be greater than 0"


def _cookie(cookie: Mapping[str, Any]) -> Iterator[str]:
    if not cookie["name"]:
        yield "name required for HttpCookie"
    names: set[str] = set()
    for attribute in cookie.get("attributes", ()):
        name = attribute["name"]
        if not name:
            yield "cookie attribute name cannot be empty"
        elif name in names:
            yield f"duplicate cookie attribute name: {name}"
        names.add(name)


def _tls(tls: Mapping[str, Any], namespace: str) -> Iterator[str]:
    mode, credential = tls.get("mode"), tls.get("credentialName", "")
    if credential.startswith(_CONFIG_MAP):
        yield from (f"invalid {_CONFIG_MAP} credentialName: {wrong}" for wrong in _config_map(credential, namespace))
    unverified, named = tls.get("insecureSkipVerify"), "subjectAltNames" in tls and tls["subjectAltNames"] != []
    if unverified and mode == "SIMPLE" and (tls.get("caCertificates") or credential or named):
        yield ("cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true")
    if unverified and mode == "MUTUAL" and (tls.get("caCertificates") or named):
        yield "cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true"
    if mode in ("SIMPLE", "MUTUAL") and credential:
        if any(tls.get(field) for field in ("clientCertificate", "caCertificates", "privateKey", "caCrl")):
            yield "cannot specify client certificates or CA certificate or CA CRL If credentialName is set"
    elif mode == "MUTUAL":
        if not tls.get("clientCertificate"):
            yield "client certificate required for mutual tls"
        if not tls.get("privateKey"):
            yield "private key required for mutual tls"


def _config_map(reference: str, namespace: str) -> Iterator[str]:
    owner, *names = reference.removeprefix(_CONFIG_MAP).split("/")
    for missing, named in ((not names, "namespace and name"), (not owner, "namespace"), (names[:1] == [""], "name")):
        if missing:
            yield f'invalid resource name "{reference}". Expected {named}'
            return
    if owner != namespace:
        yield f'namespace must match the configuration namespace "{namespace}"'


def _is_prime(number: int) -> bool:
    if number in (1, 2, 3):
        return True  # Envoy takes 1 for one
    return number % 2 == 1 and all(number % factor for factor in range(3, isqrt(number) + 1, 2))
